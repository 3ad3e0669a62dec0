// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include "errors.hpp"

#include <encore/core/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <random>
#include <span>
#include <system_error>

namespace encore::cli {

namespace {
[[noreturn]] void fail() { throw FileError("stdout: cannot be written: " + std::generic_category().message(errno)); }
}  // namespace

void refuse_model_file(const std::string& output, const std::string& model) {
  std::error_code ignored;
  for (const char* name :
       {"config.json", "model.safetensors", "model.safetensors.index.json", "modules.json", "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt"})
    if (std::filesystem::equivalent(output, std::filesystem::path(model) / name, ignored))
      throw UsageError("the output, " + output + ", is the model's own " + name);
}

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
  std::ifstream file(path_, std::ios::binary);
  std::string piece(std::size_t{1} << 20, '\0');
  Stdout out;
  while (file.read(piece.data(), std::streamsize(piece.size())), file.gcount() > 0)
    out.write(std::string_view(piece).substr(0, std::size_t(file.gcount())));
  if (!file.eof()) throw FileError(path_.string() + ": cannot be read");
  out.finish();
}

}  // namespace encore::cli
