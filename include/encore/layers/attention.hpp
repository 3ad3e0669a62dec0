// SPDX-License-Identifier: Apache-2.0
// Attention policies: token mixers [N, C] -> [N, C].
#pragma once

#include <encore/core/activation.hpp>
#include <encore/layers/head_norm.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/model_shape.hpp>
#include <encore/layers/parameter_row.hpp>
#include <encore/layers/position_hooks.hpp>

#include <cmath>
#include <optional>

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
// Once for each policy, whatever runs it.
template <class Position>
void refuse_distances() {
  static_assert(
      refused<Position>,
      "encore: distances(ex) of a position policy returns AttentionDistances, which says what its rows are added "
      "to: {.bias = rows}, {.to_query = rows}");
}
template <class Position, class Value, class Distances>
AttentionDistances<Value> checked_distances(Distances distances) {
  if constexpr (std::is_same_v<Distances, AttentionDistances<Value>>) {
    return distances;
  } else {
    refuse_distances<Position>();
    return {};
  }
}
// What attention adds to scores by distance: of the layer's part of the policy, else of the policy, else nothing.
template <class Position>
auto distances_of(auto& ex, const PositionLayer<Position>& layer, const Position& position) {
  using Ex = std::remove_reference_t<decltype(ex)>;
  using Value = typename Ex::Value;
  if constexpr (GivesDistances<PositionLayer<Position>, Ex>)
    return checked_distances<Position, Value>(layer.distances(ex));
  else if constexpr (GivesDistances<Position, Ex>)
    return checked_distances<Position, Value>(position.distances(ex));
  else
    return AttentionDistances<Value>{};
}
// Attention with what the policy says of its scores.
template <class Position, class Value>
Value attention_of(auto& ex, const AttentionSpec& spec, const Value& q, const Value& k, const Value& v,
                   const AttentionDistances<Value>& distances, const PositionLayer<Position>& layer,
                   const Position& position) {
  using Ex = std::remove_reference_t<decltype(ex)>;
  if constexpr (GivesScore<PositionLayer<Position>, Ex>)
    return ex.attention(spec, q, k, v, distances, layer.score(ex));
  else if constexpr (GivesScore<Position, Ex>)
    return ex.attention(spec, q, k, v, distances, position.score(ex));
  else
    return ex.attention(spec, q, k, v, distances);
}
// Queries or keys as the policy rotates them.
template <class Position, class Value>
Value rotated(auto& ex, const Position& position, const Value& x, const LayerPlace& place) {
  if constexpr (RotatesByLayer<Position, std::remove_reference_t<decltype(ex)>>)
    return position.rotate(ex, x, place);
  else if constexpr (RotatesRows<Position, std::remove_reference_t<decltype(ex)>>)
    return position.rotate(ex, x);
  else
    return x;
}
template <class Position>
void lower_position(const Position& position, AttentionSpec& spec, const LayerPlace& place) {
  if constexpr (LowersByLayer<Position>)
    position.lower(spec, place);
  else if constexpr (LowersAttention<Position>)
    position.lower(spec);
}
}  // namespace detail

// What blocks hand on from layer to layer beside the rows.
template <class Value>
struct Carried {
  Value first_values{};  // of the first layer that has a value residual
};

// A score of each head's own that takes part in the softmax and has no value: one learned number for each head, or zero
// (softmax1, Miller 2023).
enum class Sink : std::uint8_t { none, zero, learned };

// What multiplies the output by sigmoid(gate(x)): every column by its own, or every head by one. Qiu et al. 2025.
enum class OutputGate : std::uint8_t { none, elementwise, by_head };

// out(attention(q, k, v)), [q, k, v] = qkv(x) with scores scaled by 1 / sqrt(head size). Vaswani et al. 2017. Fewer
// heads of keys and values than of queries make it grouped-query attention, Ainslie et al. 2023; one, multi-query
// attention, Shazeer 2019. Parameters `query` [heads head size, C], `key` and `value` [kv_heads head size, C], `out`; with
// the options for them `query_norm`, `key_norm`, `sink` [1, heads], `gate`, `value_mix` [1, 2].
template <class Position>
struct MultiHeadAttention {
  // What is read at run time: biases, window, sharing of keys and values, and what becomes of a score.
  struct Options {
    Bias bias = Bias::yes;
    std::int64_t window = -1;   // keys with |i - j| <= window; negative: all
    std::int64_t kv_heads = 0;  // of keys and values, divides the heads; 0: as many
    double softcap = 0;         // t > 0: scores become t tanh(score / t); 50 in Gemma 2
    AttentionWeights weights = AttentionWeights::softmax;
    Sink sink = Sink::none;
    HeadNormKind head_norm = HeadNormKind::none;  // of queries and keys, before positions rotate them
    double head_norm_eps = 1e-6;
    OutputGate gate = OutputGate::none;
    // Values become a v + b v of the first layer, a and b learned, 0.5 at first. Zhou et al. 2024.
    bool value_residual = false;
  };
  Linear qkv;
  Linear out;
  std::optional<HeadNorm> query_norm, key_norm;
  ParameterId sink;
  std::optional<Linear> gate;
  ParameterId value_mix;
  Position position;
  detail::PositionLayer<Position> layer_position;
  AttentionSpec spec;
  LayerPlace place;

  // Throws ArgumentError where kv_heads does not divide the heads.
  MultiHeadAttention(Builder b, const ModelShape& shape, const Options& options, const Position& p,
                     const LayerPlace& where = {})
      : qkv(b, shape.hidden,
            {{"query", shape.attention_width()},
             {"key", shared_heads(shape, options) * shape.head_size()},
             {"value", shared_heads(shape, options) * shape.head_size()}},
            options.bias),
        out(b / "out", shape.attention_width(), shape.hidden, options.bias),
        position(p),
        layer_position(b, p),
        place(where) {
    spec.heads = shape.heads;
    spec.kv_heads = shared_heads(shape, options);
    spec.head_size = shape.head_size();
    spec.scale = 1.0 / std::sqrt(double(shape.head_size()));
    spec.window = options.window;
    spec.softcap = options.softcap;
    spec.weights = options.weights;
    if (options.head_norm != HeadNormKind::none) {
      query_norm.emplace(b / "query_norm", spec.heads, spec.head_size, options.head_norm, options.head_norm_eps);
      key_norm.emplace(b / "key_norm", spec.kv_heads, spec.head_size, options.head_norm, options.head_norm_eps);
    }
    if (options.sink == Sink::learned)
      sink = b.table("sink", 1, spec.heads, Init::zeros);
    else if (options.sink == Sink::zero)
      sink = b.constant("sink", 1, spec.heads, [](std::int64_t, std::int64_t) { return 0.0; });
    if (options.gate != OutputGate::none)
      gate.emplace(b / "gate", shape.hidden,
                   options.gate == OutputGate::by_head ? shape.heads : shape.attention_width(), options.bias);
    if (options.value_residual) value_mix = b.table("value_mix", 1, 2, Init::ones, 0.5);
    detail::lower_position(position, spec, place);
    if constexpr (LowersAttention<detail::PositionLayer<Position>>) layer_position.lower(spec);
  }

  template <class Value>
  auto operator()(auto& ex, const Value& x, Carried<Value>& carried) const {
    auto [q, k, v] = ex.template split<3>(qkv(ex, x));  // 3 x [N, C]
    if (query_norm) q = (*query_norm)(ex, q);
    if (key_norm) k = (*key_norm)(ex, k);
    q = detail::rotated(ex, position, q, place);
    k = detail::rotated(ex, position, k, place);
    if (value_mix) v = mixed_values(ex, v, carried);
    if (spec.rotates_values) v = ex.rotate(spec, v);
    auto operands = detail::distances_of(ex, layer_position, position);
    if (sink) operands.sinks = parameter_row(ex, sink);
    auto mixed = detail::attention_of(ex, spec, q, k, v, operands, layer_position, position);  // [N, C]
    q = k = v = {};  // gives their memory back before the next product is made
    if (gate) mixed = gated(ex, (*gate)(ex, x), mixed);
    return out(ex, mixed);
  }
  // Alone: a first layer.
  template <class Value>
  auto operator()(auto& ex, const Value& x) const {
    Carried<Value> nothing;
    return (*this)(ex, x, nothing);
  }

 private:
  template <class Value>
  Value mixed_values(auto& ex, const Value& v, Carried<Value>& carried) const {
    if (!carried.first_values) return carried.first_values = v;
    auto [own, first] = ex.template split<2>(parameter_row(ex, value_mix));  // 2 x [1, 1]
    return ex.add(ex.scale(v, own), ex.scale(carried.first_values, first));
  }
  template <class Value>
  Value gated(auto& ex, const Value& gates, const Value& mixed) const {
    if (gates.cols() == mixed.cols()) return ex.gate(Activation::sigmoid, gates, mixed);
    return ex.scale(mixed, ex.activate(Activation::sigmoid, gates));
  }
  static std::int64_t shared_heads(const ModelShape& shape, const Options& options) {
    if (options.kv_heads == 0) return shape.heads;
    if (options.kv_heads < 0 || shape.heads % options.kv_heads != 0)
      throw ArgumentError("attention: " + std::to_string(options.kv_heads) +
                          " heads of keys and values do not divide " + std::to_string(shape.heads) + " heads");
    return options.kv_heads;
  }
};

}  // namespace encore
