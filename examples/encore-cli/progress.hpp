// SPDX-License-Identifier: Apache-2.0
// What a long command says on stderr while it runs, if that is a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace encore::cli {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count(); }

 private:
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

// 1234567 -> "1,234,567"
std::string grouped(std::size_t number);
// "1 text", "2,000 texts"
std::string counted(std::size_t number, const std::string& thing);

// What is read of the input when `part` of a block is done that was read between two points.
inline std::optional<double> between(std::optional<double> from, std::optional<double> to, double part) {
  return from && to ? std::optional(*from + (*to - *from) * part) : std::nullopt;
}

// One line that is drawn over and over: how many texts are done, how many a second, and how much of the input that is.
class Progress {
 public:
  Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  // Wipes the line, so that what comes next stands alone.
  ~Progress();

  // Throws Interrupted after Ctrl-C; otherwise cheap.
  void update(std::size_t texts, std::optional<double> fraction = {});

 private:
  void wipe();

  bool terminal_;
  bool drawn_ = false;
  Stopwatch since_;
  double last_ = 0;
};

}  // namespace encore::cli
