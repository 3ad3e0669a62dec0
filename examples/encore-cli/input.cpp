// SPDX-License-Identifier: Apache-2.0
#include "input.hpp"

#include "errors.hpp"
#include "progress.hpp"

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/utf8.hpp>

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#if __has_include(<sys/stat.h>) && __has_include(<unistd.h>)
#include <sys/stat.h>
#include <unistd.h>
#define ENCORE_POSIX 1
#endif

namespace encore::cli {

LineReader::LineReader(const std::string& path) : name_(path == "-" ? "stdin" : path), buffer_(std::size_t{1} << 16) {
  if (path == "-") {
    file_.reset(stdin);
    return;
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw FileError(name_ + ": is a directory, not a file");
  file_.reset(std::fopen(path.c_str(), "rb"));
  if (!file_) {
    const int cause = errno;
    check_interrupts();
    throw FileError(name_ + ": cannot be opened: " + std::generic_category().message(cause));
  }
  if (std::filesystem::is_regular_file(path, ignored)) size_ = std::filesystem::file_size(path, ignored);
}

bool LineReader::fill() {
  position_ = 0;
  end_ = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
  const bool first = read_ == 0;
  read_ += end_;
  if (end_ < buffer_.size() && std::ferror(file_.get())) {
    const int cause = errno;
    check_interrupts();
    throw FileError(name_ + ": cannot be read: " + std::generic_category().message(cause));
  }
  if (first && end_ >= 3 && std::memcmp(buffer_.data(), "\xEF\xBB\xBF", 3) == 0) position_ = 3;
  return position_ < end_;
}

bool LineReader::next(std::string& line) {
  line.clear();
  bool any = false;
  while (position_ < end_ || fill()) {
    any = true;
    const char* begin = buffer_.data() + position_;
    const auto* found = static_cast<const char*>(std::memchr(begin, '\n', end_ - position_));
    const std::size_t length = found ? std::size_t(found - begin) : end_ - position_;
    line.append(begin, length);
    position_ += length + (found ? 1 : 0);
    if (found) break;
  }
  if (!any) return false;
  ++number_;
  if (line.ends_with('\r')) line.pop_back();
  if (!text::is_ascii(line) && !text::is_valid_utf8(line)) ++malformed_;
  return true;
}

std::string LineReader::remark() const {
  if (malformed_ == 0) return {};
  return counted(malformed_, "line") + " of " + name_ + (malformed_ == 1 ? " holds" : " hold") +
         " bytes that are not UTF-8; these were read as U+FFFD, the replacement character\n";
}

void LineReader::refuse_as_output(const std::string& path) const {
#if defined(ENCORE_POSIX)
  struct stat in {};
  struct stat out {};
  const bool known = fstat(fileno(file_.get()), &in) == 0 &&
                     (path == "-" ? fstat(STDOUT_FILENO, &out) : stat(path.c_str(), &out)) == 0;
  if (known && S_ISREG(in.st_mode) && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
    throw UsageError("the output, " + (path == "-" ? "stdout" : path) + ", is the input, " + name_ + ", itself");
#endif
}

std::optional<double> LineReader::fraction() const {
  if (size_ == 0) return std::nullopt;
  return double(read_ - (end_ - position_)) / double(size_);
}

TextReader::TextReader(const std::string& path, TextFormat format)
    : lines_(path), json_(format == TextFormat::jsonl || (format == TextFormat::by_name && path.ends_with(".jsonl"))) {}

std::vector<std::string> TextReader::block(std::size_t count, std::size_t bytes) {
  std::vector<std::string> texts;
  std::string line;
  for (std::size_t size = 0; texts.size() < count && size < bytes && lines_.next(line); size += texts.back().size()) {
    if (!json_) {
      texts.push_back(line);
      continue;
    }
    const JsonTree value = parse_json(line, lines_.where());
    if (!value->is_string())
      throw FileError(lines_.where() + ": found " + std::string(value->type_name()) + ", want a JSON string");
    texts.push_back(std::move(value->get_ref<std::string&>()));
  }
  return texts;
}

TextItem parse_text_item(const std::string& line, const std::string& where) {
  const std::string hint = "; --input-format text takes a line as it is";
  JsonTree value;
  try {
    value = parse_json(line, where);
  } catch (const FileError& error) {
    throw FileError(error.what() + hint);
  }
  const auto is_pair = [&] {
    return value->is_array() && value->size() == 2 && (*value)[0].is_string() && (*value)[1].is_string();
  };
  if (value->is_string()) return {std::move(value->get_ref<std::string&>()), {}};
  if (is_pair()) return {(*value)[0].get<std::string>(), (*value)[1].get<std::string>()};
  throw FileError(where + ": found " + std::string(value->type_name()) + ", want a JSON string or an array of two" +
                  hint);
}

}  // namespace encore::cli
