// SPDX-License-Identifier: Apache-2.0
// The instruction set every machine of the architecture has: SSE2 on x86-64, NEON on AArch64. All of it through xsimd.
#pragma once

#include <encore/backend/cpu/kernels/vector.hpp>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace encore::cpu::baseline {
ENCORE_ISA_NAMESPACE {
#if defined(__aarch64__)
  using Arch = xsimd::neon64;
#elif defined(__x86_64__) || defined(__i386__)
  using Arch = xsimd::sse2;
#else
  using Arch = xsimd::default_arch;
#endif

  struct Isa : kernels::Vector<Isa, Arch> {
#if defined(__aarch64__)
    static constexpr const char* name = "neon";
    static constexpr int tile_rows = 8;  // 16 of 32 registers accumulate
#elif defined(__x86_64__) || defined(__i386__)
    static constexpr const char* name = "sse2";
    static constexpr int tile_rows = 4;  // 8 of 16 registers accumulate; the product of SSE2 needs two more
#else
    static constexpr const char* name = "scalar";
    static constexpr int tile_rows = 4;
#endif

#if defined(__aarch64__)
    // xsimd 8.1 takes 32-bit ARM's reciprocal estimate, which makes a NaN of infinity.
    static ENCORE_ALWAYS_INLINE Vec sqrt(Vec v) { return vsqrtq_f32(v); }
#elif defined(__x86_64__) || defined(__i386__)
#if defined(__FMA__)
    // SSE2 in a file whose flags have FMA: say so, or the compiler contracts in some tiles and not in others.
    static ENCORE_ALWAYS_INLINE Vec fma(Vec a, Vec b, Vec c) { return _mm_fmadd_ps(a, b, c); }
#endif
    static ENCORE_ALWAYS_INLINE Vec max(Vec a, Vec b) { return _mm_max_ps(a, b); }
    static ENCORE_ALWAYS_INLINE Vec min(Vec a, Vec b) { return _mm_min_ps(a, b); }
#endif

    template <int R, int NV, int Lines>
    static ENCORE_ALWAYS_INLINE void accumulate(Vec (&acc)[R][NV], const float* a, index lda, const float* b, index k,
                                                const char*) {
      for (index i = 0; i < k; ++i) {
        Vec row[NV];
        ENCORE_UNROLL
        for (int j = 0; j < NV; ++j) row[j] = load(b + (i * NV + j) * lanes);
        ENCORE_UNROLL
        for (int r = 0; r < R; ++r) {
          const Vec x(a[r * lda + i]);
          ENCORE_UNROLL
          for (int j = 0; j < NV; ++j) acc[r][j] = fma(x, row[j], acc[r][j]);
        }
      }
    }
  };
}
}  // namespace encore::cpu::baseline
