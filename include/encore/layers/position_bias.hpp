// SPDX-License-Identifier: Apache-2.0
// Position policies that add a number to each score, by distance and head (hook B). The numbers are made by ordinary ops,
// so they have gradients.
#pragma once

#include <encore/core/scalar.hpp>
#include <encore/layers/position.hpp>

#include <cmath>

namespace encore {

// Scores gain -m_h |i - j|, m_h = 2^(-8 h / H) for h = 1..H; H not a power of two: the slopes of the power below, then
// every second one of the power above. No parameters. Press, Smith & Lewis 2022 (causal); symmetric as in MosaicBERT,
// Portes et al. 2023.
struct Alibi {
  ParameterId table;  // constant [2 P - 1, H]
  DistanceIndices indices;

  Alibi(Builder b, const ModelShape& shape)
      : table(b.constant("alibi", 2 * shape.max_positions - 1, shape.heads,
                         [positions = shape.max_positions, heads = shape.heads](std::int64_t row, std::int64_t head) {
                           return -slope(head, heads) * std::abs(double(row - (positions - 1)));
                         })),
        indices(shape.max_positions, [&](std::int64_t e) { return e + shape.max_positions - 1; }) {}

  static double slope(std::int64_t head, std::int64_t heads) {
    std::int64_t power = 1;
    while (2 * power <= heads) power *= 2;
    if (head < power) return std::exp2(-8.0 * double(head + 1) / double(power));
    return std::exp2(-4.0 * double(2 * (head - power) + 1) / double(power));
  }
  auto distances(auto& ex) const {
    auto rows = embed_distances(ex, table, indices);
    AttentionDistances<decltype(rows)> result;
    result.bias = std::move(rows);
    return result;
  }
};

// Scores gain -r1 log(1 + r2 |i - j|), r1, r2 > 0 for each head, kept positive by softplus. Parameters `r1`, `r2` [1, H].
// Chi, Fan, Ramadge & Rudnicky 2022, KERPLE (logarithmic).
struct Kerple {
  ParameterId r1, r2;
  ParameterId sizes;  // constant [2 P - 1, H]: |i - j|
  DistanceIndices first, indices;

  Kerple(Builder b, const ModelShape& shape)
      : r1(b.table("r1", 1, shape.heads)),
        r2(b.table("r2", 1, shape.heads)),
        sizes(b.constant("sizes", 2 * shape.max_positions - 1, shape.heads,
                         [positions = shape.max_positions](std::int64_t row, std::int64_t) {
                           return std::abs(double(row - (positions - 1)));
                         })),
        first(shape.max_positions, [](std::int64_t) { return 0; }),
        indices(shape.max_positions, [&](std::int64_t e) { return e + shape.max_positions - 1; }) {}

  auto distances(auto& ex) const {
    auto a = embed_distances(ex, r1, first);  // each head's number in every row
    auto b = embed_distances(ex, r2, first);
    auto d = embed_distances(ex, sizes, indices);
    AttentionDistances<decltype(a)> result;
    result.bias = ex.map(Decay{}, a, b, d);
    return result;
  }

  struct Decay {
    template <class S>
    ENCORE_HD S operator()(S a, S b, S distance) const {
      return -encore::softplus(a) * encore::log1p(encore::softplus(b) * distance);
    }
  };
};

}  // namespace encore
