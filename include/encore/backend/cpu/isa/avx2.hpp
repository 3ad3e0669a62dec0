// SPDX-License-Identifier: Apache-2.0
// AVX2 with FMA and F16C (Haswell, Zen and later): 256-bit vectors, 16 registers.
#pragma once

#include <encore/backend/cpu/isa/avx2_tile.hpp>
#include <encore/backend/cpu/kernels/vector.hpp>

#include <immintrin.h>

namespace encore::cpu::avx2 {
ENCORE_ISA_NAMESPACE {
  struct Isa : kernels::Vector<Isa, xsimd::fma3<xsimd::avx2>> {
    static constexpr const char* name = "avx2";
    static constexpr int tile_rows = 6;  // 12 of 16 registers accumulate, two hold the weights, one x

    // The first n lanes set.
    static ENCORE_ALWAYS_INLINE __m256i first(index n) {
      return _mm256_cmpgt_epi32(_mm256_set1_epi32(int(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    }
    static ENCORE_ALWAYS_INLINE Vec load_first(const float* p, index n) { return _mm256_maskload_ps(p, first(n)); }
    static ENCORE_ALWAYS_INLINE void store_first(float* p, Vec v, index n) { _mm256_maskstore_ps(p, first(n), v); }
    static ENCORE_ALWAYS_INLINE Vec keep_first(Vec v, index n) {
      return _mm256_and_ps(v, _mm256_castsi256_ps(first(n)));
    }

    static ENCORE_ALWAYS_INLINE Vec hide_outside(Vec v, index begin, index end) {
      const __m256i shown = _mm256_andnot_si256(first(begin), first(end));
      return _mm256_blendv_ps(_mm256_set1_ps(-__builtin_inff()), v, _mm256_castsi256_ps(shown));
    }

    static ENCORE_ALWAYS_INLINE Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
    static ENCORE_ALWAYS_INLINE Vec max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
    static ENCORE_ALWAYS_INLINE Vec min(Vec a, Vec b) { return _mm256_min_ps(a, b); }

    static ENCORE_ALWAYS_INLINE float sum(Vec v) {
      __m128 x = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
      x = _mm_add_ps(x, _mm_movehl_ps(x, x));
      return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
    }
    static ENCORE_ALWAYS_INLINE float largest(Vec v) {
      __m128 x = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
      x = _mm_max_ps(x, _mm_movehl_ps(x, x));
      return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
    }

    static ENCORE_ALWAYS_INLINE void transpose(const float* from, index ldfrom, index rows, index cols, float* to,
                                               index ldto) {
      __m256 r[8], t[8];
      ENCORE_UNROLL
      for (int i = 0; i < 8; ++i) {
        const float* p = from + i * ldfrom;
        r[i] = i >= rows ? _mm256_setzero_ps() : cols >= 8 ? _mm256_loadu_ps(p) : _mm256_maskload_ps(p, first(cols));
      }
      ENCORE_UNROLL
      for (int i = 0; i < 4; ++i) {
        t[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
      }
      ENCORE_UNROLL
      for (int i = 0; i < 2; ++i) {
        ENCORE_UNROLL
        for (int j = 0; j < 2; ++j) {
          r[4 * i + 2 * j] = _mm256_shuffle_ps(t[4 * i + j], t[4 * i + 2 + j], 0x44);
          r[4 * i + 2 * j + 1] = _mm256_shuffle_ps(t[4 * i + j], t[4 * i + 2 + j], 0xee);
        }
      }
      ENCORE_UNROLL
      for (int i = 0; i < 4; ++i) {
        if (i < cols) _mm256_storeu_ps(to + i * ldto, _mm256_permute2f128_ps(r[i], r[4 + i], 0x20));
        if (i + 4 < cols) _mm256_storeu_ps(to + (i + 4) * ldto, _mm256_permute2f128_ps(r[i], r[4 + i], 0x31));
      }
    }

    template <int R, int NV, int Lines>
    static ENCORE_ALWAYS_INLINE void accumulate(Vec (&acc)[R][NV], const float* a, index lda, const float* b, index k,
                                                const char* ahead) {
      __m256 c[R][NV];
      ENCORE_UNROLL
      for (int r = 0; r < R; ++r) {
        ENCORE_UNROLL
        for (int j = 0; j < NV; ++j) c[r][j] = acc[r][j];
      }
      accumulate_tile<R, NV, Lines>(c, a, lda, b, k, ahead);
      ENCORE_UNROLL
      for (int r = 0; r < R; ++r) {
        ENCORE_UNROLL
        for (int j = 0; j < NV; ++j) acc[r][j] = c[r][j];
      }
    }
  };
}
}  // namespace encore::cpu::avx2
