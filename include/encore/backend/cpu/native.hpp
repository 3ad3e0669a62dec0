// SPDX-License-Identifier: Apache-2.0
// Header-only kernels: native_table() is the table for the instruction set that the including file is compiled for
// (encore::native adds -march=native). Without such flags that is SSE2, a fifth of what AVX2 does; programs that must
// run anywhere link encore::kernels and take best_table() instead. Both may live in one program.
#pragma once

#include <encore/backend/cpu/tag.hpp>

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#include <encore/backend/cpu/isa/avx512.hpp>
#elif defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#include <encore/backend/cpu/isa/avx2.hpp>
#else
#include <encore/backend/cpu/isa/baseline.hpp>
#if (defined(__x86_64__) || defined(__i386__)) && !defined(ENCORE_KERNELS_LINKED) && !defined(ENCORE_HEADER_ONLY)
// clang-format off
#pragma message("encore: this file's kernels are SSE2's, by its flags; faster are those of " \
    "-march=native (encore::native) and those of encore::kernels; -DENCORE_HEADER_ONLY says that SSE2 is meant")
// clang-format on
#endif
#endif
#include <encore/backend/cpu/kernels/table.hpp>

namespace encore::cpu {
namespace ENCORE_NATIVE_ISA {
// Named by the instruction set, so that files compiled with different flags have different functions.
inline constexpr KernelTable header_only_table = kernels::make_table<Isa>();
}  // namespace ENCORE_NATIVE_ISA

// Not inline: files compiled with different flags have different ones.
[[maybe_unused]] static const KernelTable& native_table() { return ENCORE_NATIVE_ISA::header_only_table; }

}  // namespace encore::cpu
