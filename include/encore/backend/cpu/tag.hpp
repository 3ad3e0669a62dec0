// SPDX-License-Identifier: Apache-2.0
// The CPU backend's tag. Where its kernels come from depends on how a file is compiled, so the tag, and with it
// Context<Cpu> and all that is made of it, has a name of its own for each way and each version of the library: files that
// differ may be in one program, but a context that one of them hands to another is refused by the linker.
#pragma once

#include <encore/config.hpp>
#include <encore/version.hpp>

// What header-only kernels are compiled for.
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define ENCORE_NATIVE_ISA avx512
#elif defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#define ENCORE_NATIVE_ISA avx2
#else
#define ENCORE_NATIVE_ISA baseline
#endif

namespace encore {

inline namespace ENCORE_VERSION_NAMESPACE {
#if defined(ENCORE_KERNELS_LINKED)
inline namespace linked_kernels {
#else
inline namespace header_only {
inline namespace ENCORE_NATIVE_ISA {
#endif

// fp32 on SIMD registers; the kernels are chosen by the machine (linked to encore::kernels) or by the flags of the
// including file (header-only).
struct Cpu {};

#if !defined(ENCORE_KERNELS_LINKED)
}  // namespace ENCORE_NATIVE_ISA
#endif
}
}  // namespace ENCORE_VERSION_NAMESPACE

}  // namespace encore
