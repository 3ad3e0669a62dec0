// SPDX-License-Identifier: Apache-2.0
// What a program's tests ran on and what they left out. main() prints it behind Catch2's summary, which counts a skipped
// test as passed or not at all; scripts/test gathers the lines of all programs.
#pragma once

#include <string>

namespace run_log {

void ran_on(const std::string& instruction_set);
void skipped(const std::string& test, const std::string& reason);

}  // namespace run_log
