// SPDX-License-Identifier: Apache-2.0
// AVX-512 F, BW, DQ and VL (Skylake server, Zen 4 and later): 512-bit vectors, 32 registers, masks.
#pragma once

#include <encore/backend/cpu/isa/avx512_tile.hpp>
#include <encore/backend/cpu/kernels/vector.hpp>

#include <immintrin.h>

namespace encore::cpu::avx512 {
ENCORE_ISA_NAMESPACE {
  struct Isa : kernels::Vector<Isa, xsimd::avx512bw> {
    static constexpr const char* name = "avx512";
    static constexpr int tile_rows = 14;  // 28 of 32 registers accumulate, two hold the weights, one x

    static ENCORE_ALWAYS_INLINE __mmask16 first(index n) { return __mmask16((1u << n) - 1u); }
    static ENCORE_ALWAYS_INLINE Vec load_first(const float* p, index n) { return _mm512_maskz_loadu_ps(first(n), p); }
    static ENCORE_ALWAYS_INLINE void store_first(float* p, Vec v, index n) { _mm512_mask_storeu_ps(p, first(n), v); }
    static ENCORE_ALWAYS_INLINE Vec keep_first(Vec v, index n) { return _mm512_maskz_mov_ps(first(n), v); }

    static ENCORE_ALWAYS_INLINE Vec hide_outside(Vec v, index begin, index end) {
      const index from = kernels::larger(0, kernels::smaller(begin, 16)),
                  to = kernels::larger(0, kernels::smaller(end, 16));
      const unsigned shown = ((1u << to) - 1u) & ~((1u << from) - 1u);
      return _mm512_mask_mov_ps(_mm512_set1_ps(-__builtin_inff()), __mmask16(shown), v);
    }

    static ENCORE_ALWAYS_INLINE Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
    static ENCORE_ALWAYS_INLINE Vec max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
    static ENCORE_ALWAYS_INLINE Vec min(Vec a, Vec b) { return _mm512_min_ps(a, b); }

    static ENCORE_ALWAYS_INLINE float sum(Vec v) {
      const __m256 y = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
      __m128 x = _mm_add_ps(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1));
      x = _mm_add_ps(x, _mm_movehl_ps(x, x));
      return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
    }
    static ENCORE_ALWAYS_INLINE float largest(Vec v) {
      const __m256 y = _mm256_max_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
      __m128 x = _mm_max_ps(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1));
      x = _mm_max_ps(x, _mm_movehl_ps(x, x));
      return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
    }

    static ENCORE_ALWAYS_INLINE void transpose(const float* from, index ldfrom, index rows, index cols, float* to,
                                               index ldto) {
      __m512 r[16], t[16];
      const __mmask16 wanted = cols >= 16 ? __mmask16(0xffff) : first(cols);
      ENCORE_UNROLL
      for (int i = 0; i < 16; ++i)
        r[i] = i < rows ? _mm512_maskz_loadu_ps(wanted, from + i * ldfrom) : _mm512_setzero_ps();
      ENCORE_UNROLL
      for (int i = 0; i < 8; ++i) {
        t[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
      }
      ENCORE_UNROLL
      for (int i = 0; i < 4; ++i) {
        r[4 * i] = _mm512_shuffle_ps(t[4 * i], t[4 * i + 2], 0x44);
        r[4 * i + 1] = _mm512_shuffle_ps(t[4 * i], t[4 * i + 2], 0xee);
        r[4 * i + 2] = _mm512_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0x44);
        r[4 * i + 3] = _mm512_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0xee);
      }
      ENCORE_UNROLL
      for (int i = 0; i < 4; ++i) {
        t[i] = _mm512_shuffle_f32x4(r[i], r[4 + i], 0x88);
        t[4 + i] = _mm512_shuffle_f32x4(r[8 + i], r[12 + i], 0x88);
        t[8 + i] = _mm512_shuffle_f32x4(r[i], r[4 + i], 0xdd);
        t[12 + i] = _mm512_shuffle_f32x4(r[8 + i], r[12 + i], 0xdd);
      }
      ENCORE_UNROLL
      for (int i = 0; i < 4; ++i) {
        r[i] = _mm512_shuffle_f32x4(t[i], t[4 + i], 0x88);
        r[8 + i] = _mm512_shuffle_f32x4(t[i], t[4 + i], 0xdd);
        r[4 + i] = _mm512_shuffle_f32x4(t[8 + i], t[12 + i], 0x88);
        r[12 + i] = _mm512_shuffle_f32x4(t[8 + i], t[12 + i], 0xdd);
      }
      ENCORE_UNROLL
      for (int i = 0; i < 16; ++i)
        if (i < cols) _mm512_storeu_ps(to + i * ldto, r[i]);
    }

    template <int R, int NV, int Lines>
    static ENCORE_ALWAYS_INLINE void accumulate(Vec (&acc)[R][NV], const float* a, index lda, const float* b, index k,
                                                const char* ahead) {
      __m512 c[R][NV];
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
}  // namespace encore::cpu::avx512
