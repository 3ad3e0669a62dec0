// SPDX-License-Identifier: Apache-2.0
// Compiled with -mavx2 -mfma -mf16c; empty for other architectures.
#if defined(__x86_64__) || defined(__i386__)
#if !(defined(__AVX2__) && defined(__FMA__) && defined(__F16C__))
#error "compile this file with -mavx2 -mfma -mf16c"
#endif
#define ENCORE_KERNELS_LIBRARY
#include <encore/backend/cpu/isa/avx2.hpp>
#include <encore/backend/cpu/kernels/table.hpp>

namespace encore::cpu::avx2 {
extern const KernelTable table;
constexpr KernelTable table = kernels::make_table<Isa>();
}  // namespace encore::cpu::avx2
#endif
