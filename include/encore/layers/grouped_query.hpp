// SPDX-License-Identifier: Apache-2.0
// Attention whose heads share keys and values.
#pragma once

#include <encore/layers/attention.hpp>

namespace encore {

// As MultiHeadAttention, but `kv_heads` heads of keys and values for all the query heads: grouped-query attention, Ainslie
// et al. 2023; with one, multi-query attention, Shazeer 2019. Parameters `query` [C, C], `key` and `value` [kv_heads head
// size, C], `out`.
template <class P>
struct GroupedQueryAttention {
  struct Options {
    std::int64_t kv_heads = 1;  // divides the heads
    Bias bias = Bias::yes;
  };
  Linear qkv;
  Linear out;
  P position;
  detail::PositionLayer<P> layer_position;
  AttentionSpec spec;

  // Throws ArgumentError where kv_heads does not divide the heads.
  GroupedQueryAttention(Builder b, const ModelShape& shape, const Options& options, const P& p,
                        const LayerPlace& place = {})
      : qkv(b, shape.hidden,
            {{"query", shape.attention_width()},
             {"key", checked(shape, options) * shape.head_size()},
             {"value", options.kv_heads * shape.head_size()}},
            options.bias),
        out(b / "out", shape.attention_width(), shape.hidden, options.bias),
        position(p),
        layer_position(b, p) {
    spec.heads = shape.heads;
    spec.kv_heads = options.kv_heads;
    spec.head_size = shape.head_size();
    spec.scale = 1.0 / std::sqrt(double(shape.head_size()));
    detail::lower_position(position, spec, place);
    if constexpr (LowersAttention<detail::PositionLayer<P>>) layer_position.lower(spec);
  }

  auto operator()(auto& ex, const auto& x) const {
    auto [q, k, v] = ex.template split<3>(qkv(ex, x));
    if (spec.turns_values) v = ex.rotate(spec, v);
    auto mixed = ex.attention(spec, q, k, v, detail::distances_of(ex, layer_position, position));
    q = k = v = {};
    return out(ex, mixed);
  }

 private:
  static std::int64_t checked(const ModelShape& shape, const Options& options) {
    if (options.kv_heads < 1 || shape.heads % options.kv_heads != 0)
      throw ArgumentError("grouped-query attention: " + std::to_string(options.kv_heads) +
                          " heads of keys and values do not divide " + std::to_string(shape.heads) + " heads");
    return options.kv_heads;
  }
};

}  // namespace encore
