// SPDX-License-Identifier: Apache-2.0
// What can go wrong besides the library's own errors, and how an error becomes the one line that the program prints.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace encore::cli {

// An option or its value is at fault: exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A signal asked the program to end, Ctrl-C as a rule: what is half done is thrown away.
class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(int signal) : std::runtime_error("interrupted"), signal_(signal) {}
  int signal() const { return signal_; }

 private:
  int signal_;
};

// Notes an interruption instead of dying of it; a second one kills as ever.
void catch_interrupts();
// Throws Interrupted if there was one.
void check_interrupts();

// The message without line ends and other control characters.
std::string one_line(std::string_view message);

}  // namespace encore::cli
