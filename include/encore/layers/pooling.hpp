// SPDX-License-Identifier: Apache-2.0
// Poolings with weights: [N, C] -> [sequences, C].
#pragma once

#include <encore/core/activation.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/model_shape.hpp>
#include <encore/ops/pool.hpp>

namespace encore {

// y = sum_n softmax(w . tanh(V x_n + b))_n x_n. Lin et al. 2017 (one hop). Parameters `dense` [C, C], `score` [1, C].
struct AttentionPooling {
  Linear dense;
  Linear score;

  AttentionPooling(Builder b, const ModelShape& shape)
      : dense(b / "dense", shape.hidden, shape.hidden), score(b / "score", shape.hidden, 1, Bias::no) {}
  auto operator()(auto& ex, const auto& x, Indices) const {
    auto mapped = dense(ex, x);
    auto active = ex.activate(Activation::tanh, mapped);
    return ex.weighted_pool(x, score(ex, active));
  }
};

}  // namespace encore
