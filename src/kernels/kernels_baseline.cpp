// SPDX-License-Identifier: Apache-2.0
// The table every machine of the architecture can run; compiled without flags of its own.
#define ENCORE_KERNELS_LIBRARY
#include <encore/backend/cpu/isa/baseline.hpp>
#include <encore/backend/cpu/kernels/table.hpp>

namespace encore::cpu::baseline {
extern const KernelTable table;
constexpr KernelTable table = kernels::make_table<Isa>();
}  // namespace encore::cpu::baseline
