// SPDX-License-Identifier: Apache-2.0
// Compiled with -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -mf16c; empty for other architectures.
#if defined(__x86_64__) || defined(__i386__)
#if !(defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__))
#error "compile this file with -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -mf16c"
#endif
#define ENCORE_KERNELS_LIBRARY
#include <encore/backend/cpu/isa/avx512.hpp>
#include <encore/backend/cpu/kernels/table.hpp>

namespace encore::cpu::avx512 {
extern const KernelTable table;
constexpr KernelTable table = kernels::make_table<Isa>();
}  // namespace encore::cpu::avx512
#endif
