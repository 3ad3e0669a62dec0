// SPDX-License-Identifier: Apache-2.0
// Where to go on: in a fiber that has begun, or in the loop that resumes them. Not swapcontext, whose two system calls
// for the signal mask were two fifths of the tests' time.
#pragma once

namespace cuda_test {

struct Place {
  void* words[5];
};

[[noreturn]] void go(Place& to);
void swap(Place& from, Place& to);

}  // namespace cuda_test
