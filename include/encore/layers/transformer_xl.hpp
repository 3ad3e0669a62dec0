// SPDX-License-Identifier: Apache-2.0
// Transformer-XL's relative positions.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/layers/distance_indices.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/sinusoidal.hpp>
#include <encore/ops/attention.hpp>

namespace encore {

// Scores (q_i . k_j + q_i . r[i - j] + w . r[i - j]) / sqrt(head size), r = the layer's projection of sinusoids of the
// distance, w one learned vector for each head. Dai et al. 2019 write (q + u) . k + (q + v) . r with q without a bias:
// that is this one with u as the bias of q and w = v - u. Parameters of each layer: `relative.weight` [H D, C], `offset`
// [1, H D]; constants `sinusoids`, `heads`.
struct TransformerXlPosition {
  // The base of the sinusoids' wavelengths.
  struct Options {
    double base = 10000;
  };
  ModelShape shape;
  ParameterId table;
  ParameterId heads;  // [H, H D]: sums each head's columns, times the scale
  DistanceIndices indices, first;

  TransformerXlPosition(Builder b, const ModelShape& s, const Options& options)
      : shape(s),
        table(sinusoids(b, 2 * s.max_positions - 1, s.hidden, {.base = options.base, .layout = Sinusoids::halves},
                        1 - s.max_positions)),
        heads(b.constant_weight("heads", s.heads, s.attention_width(),
                                [size = s.head_size()](std::int64_t h, std::int64_t c) {
                                  return c / size == h ? 1 / std::sqrt(double(size)) : 0.0;
                                })),
        indices(s.max_positions, [last = s.max_positions - 1](std::int64_t e) { return e + last; }),
        first(s.max_positions, [](std::int64_t) { return 0; }) {}

  // A layer's own projection of the sinusoids and its vectors w.
  struct Layer {
    Linear relative;
    ParameterId offset;
    ParameterId table, heads;
    DistanceIndices indices, first;
    Layer(Builder b, const TransformerXlPosition& p)
        : relative(b / "relative", p.shape.hidden, p.shape.attention_width(), Bias::no),
          offset(b.table("offset", 1, p.shape.attention_width())),
          table(p.table),
          heads(p.heads),
          indices(p.indices),
          first(p.first) {}
    auto distances(auto& ex) const {
      auto rows = relative(ex, embed_distances(ex, table, indices));  // [2 longest - 1, H D]
      auto products = ex.gate(Activation::identity, rows, embed_distances(ex, offset, first));
      AttentionDistances<decltype(products)> result;
      result.bias = ex.linear(products, heads);
      result.to_query = std::move(rows);
      return result;
    }
  };
};

}  // namespace encore
