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
};
template <HasLayerPart Position>
struct PositionLayer<Position> : Position::Layer {
  using Position::Layer::Layer;
};
// What attention adds to scores by distance: of the layer's part of the policy, else of the policy, else nothing.
template <class Position>
auto distances_of(auto& ex, const PositionLayer<Position>& layer, const Position& position) {
  if constexpr (GivesDistances<PositionLayer<Position>, std::remove_reference_t<decltype(ex)>>)
    return layer.distances(ex);
  else if constexpr (GivesDistances<Position, std::remove_reference_t<decltype(ex)>>)
    return position.distances(ex);
  else
    return AttentionDistances<typename std::remove_reference_t<decltype(ex)>::Value>{};
}
template <class Position>
void lower_position(const Position& position, AttentionSpec& spec, const LayerPlace& place) {
  if constexpr (LowersByLayer<Position>)
    position.lower(spec, place);
  else if constexpr (LowersAttention<Position>)
    position.lower(spec);
}
}  // namespace detail

// Constructs an attention policy from (Builder, ModelShape, Options, Position, LayerPlace), or without the place.
template <class A, class Position>
A make_attention(Builder b, const ModelShape& shape, const options_t<A>& options, const Position& position,
                 const LayerPlace& place) {
  if constexpr (std::is_constructible_v<A, Builder, const ModelShape&, const options_t<A>&, const Position&,
                                        const LayerPlace&>)
    return A(b, shape, options, position, place);
  else
    return A(b, shape, options, position);
}

// out(attention(q, k, v)), [q, k, v] = qkv(x) with scores scaled by 1 / sqrt(head size). Vaswani et al. 2017. Fewer
// heads of keys and values than of queries make it grouped-query attention, Ainslie et al. 2023; one, multi-query
// attention, Shazeer 2019. Parameters `query` [heads head size, C], `key` and `value` [kv_heads head size, C], `out`.
template <class Position>
struct MultiHeadAttention {
  struct Options {
    Bias bias = Bias::yes;
    std::int64_t window = -1;   // keys with |i - j| <= window; negative: all
    std::int64_t kv_heads = 0;  // of keys and values, divides the heads; 0: as many
  };
  Linear qkv;
  Linear out;
  Position position;
  detail::PositionLayer<Position> layer_position;
  AttentionSpec spec;

  // Throws ArgumentError where kv_heads does not divide the heads.
  MultiHeadAttention(Builder b, const ModelShape& shape, const Options& options, const Position& p,
                     const LayerPlace& place = {})
      : qkv(b, shape.hidden,
            {{"query", shape.attention_width()},
             {"key", shared_heads(shape, options) * shape.head_size()},
             {"value", shared_heads(shape, options) * shape.head_size()}},
            options.bias),
        out(b / "out", shape.attention_width(), shape.hidden, options.bias),
        position(p),
        layer_position(b, p) {
    spec.heads = shape.heads;
    spec.kv_heads = shared_heads(shape, options);
    spec.head_size = shape.head_size();
    spec.scale = 1.0 / std::sqrt(double(shape.head_size()));
    spec.window = options.window;
    detail::lower_position(position, spec, place);
    if constexpr (LowersAttention<detail::PositionLayer<Position>>) layer_position.lower(spec);
  }

  auto operator()(auto& ex, const auto& x) const {
    auto [q, k, v] = ex.template split<3>(qkv(ex, x));  // 3 x [N, C]
    if (spec.turns_values) v = ex.rotate(spec, v);
    auto mixed = ex.attention(spec, q, k, v, detail::distances_of(ex, layer_position, position));  // [N, C]
    q = k = v = {};  // gives their memory back before the next product is made
    return out(ex, mixed);
  }

 private:
  static std::int64_t shared_heads(const ModelShape& shape, const Options& options) {
    if (options.kv_heads == 0) return shape.heads;
    if (options.kv_heads < 0 || shape.heads % options.kv_heads != 0)
      throw ArgumentError("attention: " + std::to_string(options.kv_heads) +
                          " heads of keys and values do not divide " + std::to_string(shape.heads) + " heads");
    return options.kv_heads;
  }
};

}  // namespace encore
