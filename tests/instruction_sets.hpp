// SPDX-License-Identifier: Apache-2.0
// The kernel tables that tests run on: all that are compiled in and that this machine can run, the best last.
// ENCORE_REQUIRE_ISA=avx512,.. makes it an error that one of those is missing.
#pragma once

#include "run_log.hpp"

#include <encore/backend/cpu/kernel_table.hpp>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace instruction_sets {

// Throws std::runtime_error for the first of `wanted`, a comma list, that is not there.
inline void require(const std::string& wanted, const std::vector<const encore::cpu::KernelTable*>& tables) {
  std::string there;
  for (const encore::cpu::KernelTable* table : tables) there.append(" ").append(table->isa);
  std::istringstream names(wanted);
  for (std::string name; std::getline(names, name, ',');) {
    std::erase(name, ' ');
    if (name.empty() || name == "baseline") continue;
    if (std::none_of(tables.begin(), tables.end(), [&](const auto* table) { return name == table->isa; }))
      throw std::runtime_error("ENCORE_REQUIRE_ISA: '" + name +
                               "' was not compiled in, or this machine lacks it; there are" + there);
  }
}

inline std::vector<const encore::cpu::KernelTable*> all_tables() {
  std::vector<const encore::cpu::KernelTable*> tables;
  for (const char* isa : {"baseline", "avx2", "avx512"})
    if (const encore::cpu::KernelTable* table = encore::cpu::table_for(isa)) tables.push_back(table);
  if (const char* wanted = std::getenv("ENCORE_REQUIRE_ISA")) require(wanted, tables);
  for (const encore::cpu::KernelTable* table : tables) run_log::ran_on(table->isa);
  return tables;
}

}  // namespace instruction_sets
