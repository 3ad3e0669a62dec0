// SPDX-License-Identifier: Apache-2.0
// A context has the kernels of the file that makes it, whatever else is in the program.
#include "contexts.hpp"

#include <encore/backend/cpu/kernel_table.hpp>

#include <cstdio>

int main() {
  const std::string linked = encore::cpu::best_table().isa;
  std::printf("linked: %s, want %s; header-only: %s, want %s\n", linked_isa().c_str(), linked.c_str(),
              header_only_isa().c_str(), ENCORE_BASELINE_ISA);
  return linked_isa() == linked && header_only_isa() == ENCORE_BASELINE_ISA ? 0 : 1;
}
