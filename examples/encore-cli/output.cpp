// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <encore/core/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <random>
#include <span>
#include <system_error>

namespace encore::cli {

namespace {
[[noreturn]] void fail() { throw FileError("stdout: cannot be written: " + std::generic_category().message(errno)); }
}  // namespace

void Stdout::write(std::string_view text) {
  if (!text.empty() && std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail();
}

void Stdout::finish() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) fail();
}

TextOutput::TextOutput(const std::string& path) {
  if (path != "-") file_.emplace(path);
}

void TextOutput::write(std::string_view text) {
  if (file_)
    file_->write(std::as_bytes(std::span(text)));
  else
    stdout_.write(text);
}

void TextOutput::commit() {
  if (file_)
    file_->commit();
  else
    stdout_.finish();
}

BinaryOutput::BinaryOutput(const std::string& path) : to_stdout_(path == "-"), path_(path) {
  if (!to_stdout_) return;
  std::random_device random;
  path_ = std::filesystem::temp_directory_path() / ("encore-" + std::to_string(random()) + std::to_string(random()));
}

BinaryOutput::~BinaryOutput() {
  std::error_code ignored;
  if (to_stdout_) std::filesystem::remove(path_, ignored);
}

void BinaryOutput::finish() {
  if (!to_stdout_) return;
  const MappedFile file(path_);
  const std::string_view all(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  constexpr std::size_t piece = std::size_t{1} << 22;
  Stdout out;
  for (std::size_t first = 0; first < all.size(); first += piece) {
    out.write(all.substr(first, piece));
    file.release_pages(first, piece);
  }
  out.finish();
}

}  // namespace encore::cli
