// SPDX-License-Identifier: Apache-2.0
// The AVX2 GEMM micro-kernel: up to 6 rows x 2 vectors in 12 registers.
//
// One asm statement per instruction and two row pointers (rows 0-2, 3-5). Plain loops reach 63-87 % of peak on Zen 3:
// g++ folds the weight load into several FMAs and spills one offset register per row and unrolled step.
#pragma once

#include <encore/backend/cpu/kernels/vector.hpp>

#include <immintrin.h>

namespace encore::cpu::avx2 {
ENCORE_ISA_NAMESPACE {
  template <int NV, int Scale, int Offset>
  ENCORE_ALWAYS_INLINE void accumulate_row(__m256(&acc)[NV], const char* base, index stride, const __m256(&b)[NV]) {
    __m256 x;
    if constexpr (Scale == 0)
      asm("vbroadcastss %c2(%1), %0" : "=x"(x) : "r"(base), "i"(Offset));
    else
      asm("vbroadcastss %c3(%1,%2,%c4), %0" : "=x"(x) : "r"(base), "r"(stride), "i"(Offset), "i"(Scale));
    ENCORE_UNROLL
    for (int j = 0; j < NV; ++j) asm("vfmadd231ps %2, %1, %0" : "+x"(acc[j]) : "x"(x), "x"(b[j]));
  }

  template <int R, int NV, int Step>
  ENCORE_ALWAYS_INLINE void accumulate_step(__m256(&acc)[R][NV], const char* row0, const char* row3, index stride,
                                            const char* b) {
    constexpr int offset = Step * 4;
    __m256 v[NV];
    ENCORE_UNROLL
    for (int j = 0; j < NV; ++j) v[j] = _mm256_loadu_ps(reinterpret_cast<const float*>(b + (Step * NV + j) * 32));
    ENCORE_UNROLL
    for (int j = 0; j < NV; ++j) asm("" : "+x"(v[j]));  // one load, not one per FMA
    accumulate_row<NV, 0, offset>(acc[0], row0, 0, v);
    if constexpr (R > 1) accumulate_row<NV, 1, offset>(acc[1], row0, stride, v);
    if constexpr (R > 2) accumulate_row<NV, 2, offset>(acc[2], row0, stride, v);
    if constexpr (R > 3) accumulate_row<NV, 0, offset>(acc[3], row3, 0, v);
    if constexpr (R > 4) accumulate_row<NV, 1, offset>(acc[4], row3, stride, v);
    if constexpr (R > 5) accumulate_row<NV, 2, offset>(acc[5], row3, stride, v);
  }

  template <int R, int NV, int Lines>
  ENCORE_ALWAYS_INLINE void accumulate_tile(__m256(&acc)[R][NV], const float* a, index lda, const float* weights,
                                            index k, const char* ahead) {
    static_assert(R >= 1 && R <= 6);
    const char* row0 = reinterpret_cast<const char*>(a);
    const char* row3 = reinterpret_cast<const char*>(R > 3 ? a + 3 * lda : a);
    const char* b = reinterpret_cast<const char*>(weights);
    index stride = lda * 4;
    // The broadcasts read memory the compiler does not see: everything stored before is stored here.
    asm volatile("" : "+r"(row0), "+r"(row3), "+r"(stride) : : "memory");
    index left = k;
    for (; left >= 4; left -= 4) {
      ENCORE_UNROLL
      for (int i = 0; i < Lines; ++i) _mm_prefetch(ahead + 64 * i, _MM_HINT_T1);
      ahead += 64 * Lines;
      accumulate_step<R, NV, 0>(acc, row0, row3, stride, b);
      accumulate_step<R, NV, 1>(acc, row0, row3, stride, b);
      accumulate_step<R, NV, 2>(acc, row0, row3, stride, b);
      accumulate_step<R, NV, 3>(acc, row0, row3, stride, b);
      row0 += 16;
      row3 += 16;
      b += 4 * NV * 32;
      asm("" : "+r"(row0), "+r"(row3));
    }
    for (; left > 0; --left) {
      accumulate_step<R, NV, 0>(acc, row0, row3, stride, b);
      row0 += 4;
      row3 += 4;
      b += NV * 32;
    }
    // And nothing stored later is stored before they have read.
    ENCORE_UNROLL
    for (int r = 0; r < R; ++r) {
      ENCORE_UNROLL
      for (int j = 0; j < NV; ++j) asm volatile("" : "+x"(acc[r][j]));
    }
    asm volatile("" : : : "memory");
  }
}
}  // namespace encore::cpu::avx2
