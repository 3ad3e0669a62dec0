// SPDX-License-Identifier: Apache-2.0
// The AVX-512 GEMM micro-kernel: up to 14 rows x 2 vectors in 28 registers.
//
// One asm statement per instruction. Left to itself g++ 12 turns 14 row addresses x 4 unrolled steps into dozens of
// spilled offset registers; here a row's address is base + {1, 2, 4} L or base + {3, 5, 7} L with L the row stride in
// bytes, from two bases. Granite Rapids, operands in L2, K = 768: 85 % of peak against 78 % with intrinsics.
#pragma once

#include <encore/backend/cpu/kernels/vector.hpp>

#include <immintrin.h>

namespace encore::cpu::avx512 {
ENCORE_ISA_NAMESPACE {
  // acc[j] += x b[j], x the float at base + Scale * stride + Offset.
  template <int NV, int Scale, int Offset>
  ENCORE_ALWAYS_INLINE void accumulate_row(__m512(&acc)[NV], const char* base, index stride, const __m512(&b)[NV]) {
    __m512 x;
    if constexpr (Scale == 0)
      asm("vbroadcastss %c2(%1), %0" : "=v"(x) : "r"(base), "i"(Offset));
    else
      asm("vbroadcastss %c3(%1,%2,%c4), %0" : "=v"(x) : "r"(base), "r"(stride), "i"(Offset), "i"(Scale));
    ENCORE_UNROLL
    for (int j = 0; j < NV; ++j) asm("vfmadd231ps %2, %1, %0" : "+v"(acc[j]) : "v"(x), "v"(b[j]));
  }

  // Row strides in bytes, opaque so that the compiler keeps four registers and no more.
  struct Strides {
    index one, three, five, seven;
  };

  template <int R, int NV, int Step>
  ENCORE_ALWAYS_INLINE void accumulate_step(__m512(&acc)[R][NV], const char* row0, const char* row8, const Strides& s,
                                            const char* b) {
    constexpr int offset = Step * 4;
    __m512 v[NV];
    ENCORE_UNROLL
    for (int j = 0; j < NV; ++j) v[j] = _mm512_loadu_ps(b + (Step * NV + j) * 64);
    ENCORE_UNROLL
    for (int j = 0; j < NV; ++j) asm("" : "+v"(v[j]));  // one load, not one per FMA
    accumulate_row<NV, 0, offset>(acc[0], row0, 0, v);
    if constexpr (R > 1) accumulate_row<NV, 1, offset>(acc[1], row0, s.one, v);
    if constexpr (R > 2) accumulate_row<NV, 2, offset>(acc[2], row0, s.one, v);
    if constexpr (R > 3) accumulate_row<NV, 1, offset>(acc[3], row0, s.three, v);
    if constexpr (R > 4) accumulate_row<NV, 4, offset>(acc[4], row0, s.one, v);
    if constexpr (R > 5) accumulate_row<NV, 1, offset>(acc[5], row0, s.five, v);
    if constexpr (R > 6) accumulate_row<NV, 2, offset>(acc[6], row0, s.three, v);
    if constexpr (R > 7) accumulate_row<NV, 1, offset>(acc[7], row0, s.seven, v);
    if constexpr (R > 8) accumulate_row<NV, 0, offset>(acc[8], row8, 0, v);
    if constexpr (R > 9) accumulate_row<NV, 1, offset>(acc[9], row8, s.one, v);
    if constexpr (R > 10) accumulate_row<NV, 2, offset>(acc[10], row8, s.one, v);
    if constexpr (R > 11) accumulate_row<NV, 1, offset>(acc[11], row8, s.three, v);
    if constexpr (R > 12) accumulate_row<NV, 4, offset>(acc[12], row8, s.one, v);
    if constexpr (R > 13) accumulate_row<NV, 1, offset>(acc[13], row8, s.five, v);
  }

  template <int R, int NV, int Lines>
  ENCORE_ALWAYS_INLINE void accumulate_tile(__m512(&acc)[R][NV], const float* a, index lda, const float* weights,
                                            index k, const char* ahead) {
    static_assert(R >= 1 && R <= 14);
    const char* row0 = reinterpret_cast<const char*>(a);
    const char* row8 = reinterpret_cast<const char*>(R > 8 ? a + 8 * lda : a);
    const char* b = reinterpret_cast<const char*>(weights);
    Strides s{lda * 4, lda * 12, lda * 20, lda * 28};
    // The broadcasts read memory the compiler does not see: everything stored before is stored here.
    asm volatile("" : "+r"(row0), "+r"(row8), "+r"(s.one), "+r"(s.three), "+r"(s.five), "+r"(s.seven) : : "memory");
    index left = k;
    for (; left >= 4; left -= 4) {
      ENCORE_UNROLL
      for (int i = 0; i < Lines; ++i) _mm_prefetch(ahead + 64 * i, _MM_HINT_T1);
      ahead += 64 * Lines;
      accumulate_step<R, NV, 0>(acc, row0, row8, s, b);
      accumulate_step<R, NV, 1>(acc, row0, row8, s, b);
      accumulate_step<R, NV, 2>(acc, row0, row8, s, b);
      accumulate_step<R, NV, 3>(acc, row0, row8, s, b);
      row0 += 16;
      row8 += 16;
      b += 4 * NV * 64;
      asm("" : "+r"(row0), "+r"(row8));
    }
    for (; left > 0; --left) {
      accumulate_step<R, NV, 0>(acc, row0, row8, s, b);
      row0 += 4;
      row8 += 4;
      b += NV * 64;
    }
    // And nothing stored later is stored before they have read.
    ENCORE_UNROLL
    for (int r = 0; r < R; ++r) {
      ENCORE_UNROLL
      for (int j = 0; j < NV; ++j) asm volatile("" : "+v"(acc[r][j]));
    }
    asm volatile("" : : : "memory");
  }
}
}  // namespace encore::cpu::avx512
