// SPDX-License-Identifier: Apache-2.0
// Results: to a file that appears when it is complete, or to stdout.
#pragma once

#include <encore/io/file.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace encore::cli {

// Throws UsageError where an output is a file that the model in the folder `model` is read from.
void refuse_model_file(const std::string& output, const std::string& model);

// Text to stdout. finish() has to be called: it says whether everything went out. Throws FileError otherwise.
class Stdout {
 public:
  void write(std::string_view text);
  void finish();
};

// Text to a file or, for "-", to stdout.
class TextOutput {
 public:
  explicit TextOutput(const std::string& path);
  void write(std::string_view text);
  void commit();

 private:
  std::optional<AtomicFile> file_;
  Stdout stdout_;
};

// Where a writer of the library may write: the path itself or, for "-", a temporary file that finish() sends to stdout.
class BinaryOutput {
 public:
  explicit BinaryOutput(const std::string& path);
  BinaryOutput(const BinaryOutput&) = delete;
  BinaryOutput& operator=(const BinaryOutput&) = delete;
  ~BinaryOutput();

  const std::filesystem::path& path() const { return path_; }
  // To be called when the writer has committed.
  void finish();

 private:
  bool to_stdout_;
  std::filesystem::path path_;
};

}  // namespace encore::cli
