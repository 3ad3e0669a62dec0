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

// A signal asked the program to end, Ctrl-C as a rule, or whoever read its output went away: what is half done is
// thrown away.
class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(int signal) : std::runtime_error("interrupted"), signal_(signal) {}
  int signal() const { return signal_; }

 private:
  int signal_;
};

// To be called first: a reader that goes away is noted like an interruption, a file that grows too large is an error of
// writing.
void catch_write_signals();
// Notes an interruption instead of dying of it; a second one kills as ever. What the caller of the program ignores
// stays ignored.
void catch_interrupts();
// The signal that was noted; 0: none.
int interruption();
// Throws Interrupted if there was one.
void check_interrupts();

// Prints "error: " and the message on one line of stderr, without control characters. Takes no memory: there may be
// none.
void print_error(const char* message) noexcept;
// Where memory runs out in a destructor, or for the exception itself, the process ends: with a sentence and status 1.
void catch_termination() noexcept;

}  // namespace encore::cli
