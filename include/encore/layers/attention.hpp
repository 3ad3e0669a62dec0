// SPDX-License-Identifier: Apache-2.0
// Attention policies: token mixers [N, C] -> [N, C].
#pragma once

#include <encore/layers/linear.hpp>
#include <encore/layers/position.hpp>

#include <cmath>

namespace encore {

namespace detail {
// The part of a position policy that belongs to one layer, or nothing.
template <class Position>
struct PositionLayer {
  PositionLayer(Builder, const Position&) {}
  void lower(AttentionSpec&) const {}
};
template <HasLayerPart Position>
struct PositionLayer<Position> : Position::Layer {
  using Position::Layer::Layer;
};
}  // namespace detail

// out(attention(q, k, v)), [q, k, v] = qkv(x) with scores scaled by 1 / sqrt(head size). Vaswani et al. 2017.
// Parameters `query`, `key`, `value` and `out`.
template <class Position>
struct MultiHeadAttention {
  struct Options {
    Bias bias = Bias::yes;
    std::int64_t window = -1;  // keys with |i - j| <= window; negative: all
  };
  Linear qkv;
  Linear out;
  detail::PositionLayer<Position> layer_position;
  AttentionSpec spec;

  MultiHeadAttention(Builder b, const ModelShape& shape, const Options& options, const Position& position)
      : qkv(b, shape.hidden, {{"query", shape.hidden}, {"key", shape.hidden}, {"value", shape.hidden}}, options.bias),
        out(b / "out", shape.hidden, shape.hidden, options.bias),
        layer_position(b, position) {
    spec.heads = spec.kv_heads = shape.heads;
    spec.head_size = shape.head_size();
    spec.scale = 1.0 / std::sqrt(double(shape.head_size()));
    spec.window = options.window;
    if constexpr (LowersAttention<Position>) position.lower(spec);
    layer_position.lower(spec);
  }

  auto operator()(auto& ex, const auto& x) const {
    auto [q, k, v] = ex.template split<3>(qkv(ex, x));  // 3 x [N, C]
    auto mixed = ex.attention(spec, q, k, v);           // [N, C]
    q = k = v = {};                                     // gives their memory back before the next product is made
    return out(ex, mixed);
  }
};

}  // namespace encore
