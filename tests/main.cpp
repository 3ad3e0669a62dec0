// SPDX-License-Identifier: Apache-2.0
// main() of every test program, compiled once.
#define CATCH_CONFIG_RUNNER  // makes Catch2 2's one header hold its implementation here

#include "run_log.hpp"

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <algorithm>
#include <iostream>
#include <map>
#include <vector>

namespace {

std::vector<std::string>& instruction_sets() {
  static std::vector<std::string> names;
  return names;
}
std::map<std::string, std::string>& skips() {
  static std::map<std::string, std::string> reasons;
  return reasons;
}

}  // namespace

namespace run_log {

void ran_on(const std::string& instruction_set) {
  auto& names = instruction_sets();
  if (std::find(names.begin(), names.end(), instruction_set) == names.end()) names.push_back(instruction_set);
}
void skipped(const std::string& test, const std::string& reason) { skips()[test] = reason; }

}  // namespace run_log

int main(int argc, char** argv) {
  const int status = Catch::Session().run(argc, argv);
  if (!instruction_sets().empty()) {
    std::cout << "instruction sets:";
    for (const std::string& name : instruction_sets()) std::cout << " " << name;
    std::cout << "\n";
  }
  for (const auto& [test, reason] : skips()) std::cout << "skipped: " << test << ": " << reason << "\n";
  std::cout.flush();
  return status;
}
