// SPDX-License-Identifier: Apache-2.0
// Fourier mixing, for the attention slot of a spec.
#pragma once

#include <encore/layers/model_shape.hpp>
#include <encore/layers/position_hooks.hpp>

#include <cmath>

namespace encore {

// y = Re(F_n x F_C), F_n the discrete Fourier transform over the n tokens of a sequence, F_C that over the columns:
// [N, C] -> [N, C], no parameters. Each sequence is transformed at its own length; published models are trained on
// texts padded to one length, padding mixed in. There are no scores, so positions can only add to the embedding.
// Lee-Thorp, Ainslie, Eckstein & Ontanon 2022, FNet, equation 3.
template <class Position>
struct FourierMixer {
  ParameterId waves;  // constant [2 C, C]: cosines, then sines

  FourierMixer(Builder b, const ModelShape& shape, const NoOptions&, const Position&)
      : waves(b.constant_weight("waves", 2 * shape.hidden, shape.hidden,
                                [n = shape.hidden](std::int64_t r, std::int64_t c) {
                                  const double angle = 6.283185307179586 * double(r % n * c % n) / double(n);
                                  return r < n ? std::cos(angle) : std::sin(angle);
                                })) {
    static_assert(!ActsOnScores<Position>, "encore: Fourier mixing has no scores for this position policy to act on");
  }

  auto operator()(auto& ex, const auto& x) const {
    auto [cosines, sines] = ex.split(ex.linear(x, waves));  // 2 x [N, C]: real part, and the imaginary one negated
    return ex.fourier(cosines, sines);
  }
};

}  // namespace encore
