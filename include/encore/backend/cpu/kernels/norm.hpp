// SPDX-License-Identifier: Apache-2.0
// LayerNorm (Ba et al. 2016), RMSNorm (Zhang & Sennrich 2019) and gain and bias alone (Sun et al. 2020) of rows, the residual sum fused. LayerNorm takes two
// passes, mean then centred squares: rows are in L1, and E[x^2] - E[x]^2 cancels.
#pragma once

#include <encore/backend/cpu/kernels/vector.hpp>

namespace encore::cpu::kernels {

// The sum of f(vector, offset) over a row, in four chains by offset: their order depends on cols alone. f gets the last
// columns padded with zeros, `rest` the number of real ones in them.
template <InstructionSet I, class F>
ENCORE_ALWAYS_INLINE float sum_of(index cols, F f) {
  using Vec = typename I::Vec;
  constexpr index lanes = I::lanes;
  Vec s0(0.0f), s1(0.0f), s2(0.0f), s3(0.0f);
  index j = 0;
  for (; j + 4 * lanes <= cols; j += 4 * lanes) {
    s0 = f(s0, j, lanes);
    s1 = f(s1, j + lanes, lanes);
    s2 = f(s2, j + 2 * lanes, lanes);
    s3 = f(s3, j + 3 * lanes, lanes);
  }
  for (; j + lanes <= cols; j += lanes) s0 = f(s0, j, lanes);
  if (j < cols) s1 = f(s1, j, cols - j);
  return I::sum((s0 + s1) + (s2 + s3));
}

template <InstructionSet I>
ENCORE_ALWAYS_INLINE typename I::Vec load_upto(const float* p, index n) {
  return n == I::lanes ? I::load(p) : I::load_first(p, n);
}

template <InstructionSet I>
ENCORE_ALWAYS_INLINE void store_upto(float* p, typename I::Vec v, index n) {
  if (n == I::lanes)
    I::store(p, v);
  else
    I::store_first(p, v, n);
}

enum class RowNorm : unsigned char { layer, rms, none };

template <InstructionSet I, RowNorm kind>
ENCORE_ALWAYS_INLINE void normalise_rows(const NormTask& t) {
  using Vec = typename I::Vec;
  const float count = float(t.cols);
  for (index r = 0; r < t.rows; ++r) {
    const float* z = t.x + r * t.ldx;
    float* y = t.y + r * t.ldy;
    if (t.residual || t.sum) {
      const float* x = z;
      const float* residual = t.residual ? t.residual + r * t.ldresidual : nullptr;
      float* kept = t.sum ? t.sum + r * t.ldsum : y;
      for (index j = 0; j < t.cols; j += I::lanes) {
        const index n = smaller(I::lanes, t.cols - j);
        Vec v = load_upto<I>(x + j, n);
        if (residual) v = v + load_upto<I>(residual + j, n);
        store_upto<I>(kept + j, v, n);
      }
      z = kept;
    }
    constexpr bool Centred = kind == RowNorm::layer;
    float mean = 0;
    if constexpr (Centred) {
      mean =
          sum_of<I>(t.cols, [&](Vec s, index j, index n) ENCORE_LAMBDA_INLINE { return s + load_upto<I>(z + j, n); }) /
          count;
      if (t.mean) t.mean[r] = mean;
    }
    const Vec centre(mean);
    float inv_scale = 1;
    if constexpr (kind != RowNorm::none) {
      const float squares = sum_of<I>(t.cols, [&](Vec s, index j, index n) ENCORE_LAMBDA_INLINE {
        Vec d = load_upto<I>(z + j, n);
        if constexpr (Centred) {
          d = d - centre;
          if (n != I::lanes) d = I::keep_first(d, n);
        }
        return I::fma(d, d, s);
      });
      inv_scale = 1.0f / __builtin_sqrtf(squares / count + t.eps);
    }
    if (t.inv_scale) t.inv_scale[r] = inv_scale;
    const Vec scale(inv_scale);
    for (index j = 0; j < t.cols; j += I::lanes) {
      const index n = smaller(I::lanes, t.cols - j);
      Vec v = load_upto<I>(z + j, n);
      if constexpr (Centred) v = v - centre;
      if constexpr (kind != RowNorm::none) v = I::rounded(v * scale);
      if (t.gain && t.bias)
        v = I::fma(v, load_upto<I>(t.gain + j, n), load_upto<I>(t.bias + j, n));
      else if (t.gain)
        v = v * load_upto<I>(t.gain + j, n);
      else if (t.bias)
        v = v + load_upto<I>(t.bias + j, n);
      store_upto<I>(y + j, v, n);
    }
  }
}

template <InstructionSet I>
void layer_norm(const NormTask& t) {
  normalise_rows<I, RowNorm::layer>(t);
}

template <InstructionSet I>
void rms_norm(const NormTask& t) {
  normalise_rows<I, RowNorm::rms>(t);
}

template <InstructionSet I>
void affine_norm(const NormTask& t) {
  normalise_rows<I, RowNorm::none>(t);
}

}  // namespace encore::cpu::kernels
