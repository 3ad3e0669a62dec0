// SPDX-License-Identifier: Apache-2.0
// Attention in time linear in the tokens, for the attention slot of a spec.
#pragma once

#include <encore/layers/kernel_features.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/model_shape.hpp>
#include <encore/layers/position_hooks.hpp>

namespace encore {

// out(y), y_i = sum_j (phi(q_i) . phi(k_j)) v_j / sum_j phi(q_i) . phi(k_j) by heads, phi a feature policy
// (kernel_features.hpp): [N, C] -> [N, C]. There are no scores, so positions can only add to the embedding.
// Katharopoulos, Vyas, Pappas & Fleuret 2020; with FavorFeatures, Choromanski et al. 2021. Parameters `query`, `key`,
// `value` [heads head size, C], `out`. In a spec:
//   template <class P> using Attention = LinearAttention<P>;
template <class Position, class Features = EluFeatures>
struct LinearAttention {
  // Biases of the four maps, and the features' numbers.
  struct Options {
    Bias bias = Bias::yes;
    options_t<Features> features{};
  };
  Linear query, key, value;
  Linear out;
  Features features;
  std::int64_t heads;

  LinearAttention(Builder b, const ModelShape& shape, const Options& options, const Position&,
                  const LayerPlace& place = {})
      : query(b / "query", shape.hidden, shape.attention_width(), options.bias),
        key(b / "key", shape.hidden, shape.attention_width(), options.bias),
        value(b / "value", shape.hidden, shape.attention_width(), options.bias),
        out(b / "out", shape.attention_width(), shape.hidden, options.bias),
        features(construct<Features>(b / "features", shape, options.features, place)),
        heads(shape.heads) {
    static_assert(!ActsOnScores<Position>, "encore: linear attention has no scores for this position policy to act on");
  }

  // Three products, not one in three sections: features of queries can be computed together with theirs alone.
  auto operator()(auto& ex, const auto& x) const {
    auto q = features(ex, query(ex, x));  // [N, H F]
    auto k = features(ex, key(ex, x));    // [N, H F]
    auto v = value(ex, x);                // [N, H D]
    auto mixed = ex.linear_attention(heads, q, k, v);
    q = k = v = {};  // gives their memory back before the next product is made
    return out(ex, mixed);
  }
};

}  // namespace encore
