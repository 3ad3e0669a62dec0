// SPDX-License-Identifier: Apache-2.0
// Input files, line by line: plain text or one JSON value a line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace encore::cli {

// The lines of a file, or of stdin for "-", of any length. A byte order mark at the front, CR before LF, and a missing
// LF at the end are taken care of.
class LineReader {
 public:
  // Throws FileError when the file cannot be read.
  explicit LineReader(const std::string& path);

  // The next line, without its end; false at the end of the file.
  bool next(std::string& line);
  // "FILE line N", of the line read last.
  std::string where() const { return name_ + " line " + std::to_string(number_); }
  const std::string& name() const { return name_; }
  // "3 lines of FILE hold bytes that are not UTF-8, ..." for stderr, "" where there were none.
  std::string remark() const;
  // Throws UsageError where an output of this name, - being stdout, is the file that is read: what is written would
  // replace it, or be read in its turn.
  void refuse_as_output(const std::string& path) const;
  // The part of the file that has been read; nothing where its size is not known.
  std::optional<double> fraction() const;

 private:
  bool fill();

  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin) std::fclose(file);
    }
  };
  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
  std::uintmax_t size_ = 0;
  std::uintmax_t read_ = 0;
  std::vector<char> buffer_;
  std::size_t position_ = 0;
  std::size_t end_ = 0;
  std::size_t number_ = 0;
  std::size_t malformed_ = 0;  // lines that are not UTF-8
};

enum class TextFormat : std::uint8_t { by_name, lines, jsonl };

// Texts: lines, or JSON strings one a line. A name that ends in .jsonl means the latter unless told otherwise.
class TextReader {
 public:
  explicit TextReader(const std::string& path, TextFormat format = TextFormat::by_name);

  // The next texts, at most `count` and hardly more than `bytes`; empty at the end of the file. Throws FileError naming
  // the line that is not a JSON string.
  std::vector<std::string> block(std::size_t count, std::size_t bytes);
  const LineReader& lines() const { return lines_; }

 private:
  LineReader lines_;
  bool json_;
};

// A text or a pair.
struct TextItem {
  std::string first;
  std::optional<std::string> second;
};

// From one line of JSON: a string, or an array of two. Throws FileError naming `where` and the option that takes a line
// as it is.
TextItem parse_text_item(const std::string& line, const std::string& where);

}  // namespace encore::cli
