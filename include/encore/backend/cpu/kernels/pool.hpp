// SPDX-License-Identifier: Apache-2.0
// Sums, means and maxima over rows, and what is done to one pooled vector: unit length, dot product.
#pragma once

#include <encore/backend/cpu/kernels/norm.hpp>

namespace encore::cpu::kernels {

// y = the sum of rows, in order: a gather from embedding tables when the rows are theirs.
template <InstructionSet I>
void sum_rows(const float* const* rows, index count, float* y, index cols) {
  using Vec = typename I::Vec;
  for (index j = 0; j < cols; j += I::lanes) {
    const index n = smaller(I::lanes, cols - j);
    Vec s(0.0f);
    if (count > 0) s = load_upto<I>(rows[0] + j, n);
    for (index r = 1; r < count; ++r) s = s + load_upto<I>(rows[r] + j, n);
    store_upto<I>(y + j, s, n);
  }
}

// y = the sum of (weight + r * step) x_r, divided.
template <InstructionSet I>
void mean_pool(const float* x, index ldx, index rows, index cols, float weight, float step, float divisor, float* y) {
  using Vec = typename I::Vec;
  const Vec count(divisor);
  for (index j = 0; j < cols; j += I::lanes) {
    const index n = smaller(I::lanes, cols - j);
    Vec s(0.0f);
    for (index r = 0; r < rows; ++r) {
      const Vec w(weight + static_cast<float>(r) * step);
      s = I::fma(w, load_upto<I>(x + r * ldx + j, n), s);
    }
    store_upto<I>(y + j, s / count, n);
  }
}

// A NaN in a column comes through, wherever it stands.
template <InstructionSet I>
void max_pool(const float* x, index ldx, index rows, index cols, float* y) {
  using Vec = typename I::Vec;
  for (index j = 0; j < cols; j += I::lanes) {
    const index n = smaller(I::lanes, cols - j);
    Vec m = load_upto<I>(x + j, n);
    for (index r = 1; r < rows; ++r) {
      const Vec v = load_upto<I>(x + r * ldx + j, n);
      m = xsimd::select((v > m) | (v != v), v, m);
    }
    store_upto<I>(y + j, m, n);
  }
}

template <InstructionSet I>
float dot(const float* a, const float* b, index n) {
  using Vec = typename I::Vec;
  return sum_of<I>(n, [&](Vec s, index j, index count) ENCORE_LAMBDA_INLINE {
    return I::fma(load_upto<I>(a + j, count), load_upto<I>(b + j, count), s);
  });
}

template <InstructionSet I>
void l2_normalise(const float* x, float* y, index cols, float eps) {
  using Vec = typename I::Vec;
  const float length = __builtin_sqrtf(dot<I>(x, x, cols));
  const Vec divisor(length < eps ? eps : length);
  for (index j = 0; j < cols; j += I::lanes) {
    const index n = smaller(I::lanes, cols - j);
    store_upto<I>(y + j, load_upto<I>(x + j, n) / divisor, n);
  }
}

}  // namespace encore::cpu::kernels
