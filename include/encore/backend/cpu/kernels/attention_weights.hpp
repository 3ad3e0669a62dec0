// SPDX-License-Identifier: Apache-2.0
// From scores, in base-2 units, to what values are weighted by: the softmax with a running maximum (Milakov & Gimelshein
// 2018), sigmoids (Ramapuram et al. 2024), and the cap that may go before (Gemma Team 2024).
#pragma once

#include <encore/backend/cpu/kernels/elementary.hpp>

namespace encore::cpu::kernels {

// s becomes cap tanh(s / cap).
template <InstructionSet I>
ENCORE_NOINLINE void cap_scores(float* score, index keys, float cap) {
  using Vec = typename I::Vec;
  const Vec size(cap), inverse(1.0f / cap);
  for (index j = 0; j < keys; j += I::lanes)
    I::store(score + j, I::rounded(size * tanh<I>(I::rounded(I::load(score + j) * inverse))));
}

// s becomes 2^x / (1 + 2^x), x = s - shift; exactly 0 for a score of minus infinity.
template <InstructionSet I>
ENCORE_NOINLINE void sigmoid_weights(float* score, index keys, float shift) {
  using Vec = typename I::Vec;
  for (index j = 0; j < keys; j += I::lanes) {
    const Vec e = exp2<I>(I::min(Vec(126.0f), I::load(score + j) - Vec(shift)));
    I::store(score + j, e / (Vec(1.0f) + e));
  }
}

// One row of scores becomes probabilities relative to the running maximum; `total` and the row of `out` follow it.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE void online_softmax(float* score, index keys, float& maximum, float& total, float* out,
                                         index columns) {
  using Vec = typename I::Vec;
  constexpr index lanes = I::lanes;
  const float hidden = -__builtin_inff();
  const index pairs = keys / (2 * lanes) * (2 * lanes);  // then one vector, or none
  Vec m0(hidden), m1(hidden);
  for (index j = 0; j < pairs; j += 2 * lanes) {
    m0 = I::max(m0, I::load(score + j));
    m1 = I::max(m1, I::load(score + j + lanes));
  }
  if (pairs < keys) m0 = I::max(m0, I::load(score + pairs));
  const float before = maximum, block = I::largest(I::max(m0, m1));
  const float now = block > before ? block : before;
  const Vec shift(now == hidden ? 0.0f : now);
  Vec s0(0.0f), s1(0.0f);
  for (index j = 0; j < pairs; j += 2 * lanes) {
    const Vec a = exp2<I>(I::load(score + j) - shift), b = exp2<I>(I::load(score + j + lanes) - shift);
    I::store(score + j, a);
    I::store(score + j + lanes, b);
    s0 = s0 + a;
    s1 = s1 + b;
  }
  if (pairs < keys) {
    const Vec a = exp2<I>(I::load(score + pairs) - shift);
    I::store(score + pairs, a);
    s0 = s0 + a;
  }
  const float sum = I::sum(s0 + s1);
  if (now > before && before != hidden) {
    const Vec scale = exp2<I>(Vec(before - now));
    total = I::sum(I::keep_first(I::fma(Vec(total), scale, Vec(sum)), 1));
    for (index j = 0; j < columns; j += lanes) I::store(out + j, I::load(out + j) * scale);
  } else {
    total += sum;
  }
  maximum = now;
}

}  // namespace encore::cpu::kernels
