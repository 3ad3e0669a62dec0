// SPDX-License-Identifier: Apache-2.0
// Position policies that add a number to each score, by distance and head (hook B). The numbers are made by ordinary ops,
// so they have gradients.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/core/scalar.hpp>
#include <encore/layers/distance_indices.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/model_shape.hpp>
#include <encore/ops/attention.hpp>

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
        indices(shape.max_positions, [last = shape.max_positions - 1](std::int64_t e) { return e + last; }) {}

  // m_h of `head`, h - 1, from 0 to heads - 1.
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
        indices(shape.max_positions, [last = shape.max_positions - 1](std::int64_t e) { return e + last; }) {}

  auto distances(auto& ex) const {
    auto a = embed_distances(ex, r1, first);  // each head's number in every row
    auto b = embed_distances(ex, r2, first);
    auto d = embed_distances(ex, sizes, indices);
    AttentionDistances<decltype(a)> result;
    result.bias = ex.map(Decay{}, a, b, d);
    return result;
  }

  // -r1 log(1 + r2 distance), r1 = softplus(a), r2 = softplus(b).
  struct Decay {
    template <class S>
    ENCORE_HD S operator()(S a, S b, S distance) const {
      return -encore::softplus(a) * encore::log1p(encore::softplus(b) * distance);
    }
  };
};

// Scores gain MLP(psi(|i - j|) / psi(t))[h], psi(x) = log(1 + c x), c and t learned, positive by softplus, MLP 1 -> 32 ->
// H with relu, one for all layers. Li et al. 2023, FIRE, which divides by psi(max(t, i)) for a causal decoder's query i; no
// row by distance can know i, so t alone stands here. c begins near 0.1, t near `threshold`. Parameters `c`, `t` [1, 1],
// `in`, `out`.
struct Fire {
  // The MLP's width and where the distance's scale begins, in tokens.
  struct Options {
    std::int64_t width = 32;
    double threshold = 512;
  };
  ParameterId c, t;
  ParameterId sizes;  // constant [2 P - 1, 1]: |i - j|
  Linear in, out;
  DistanceIndices first, indices;

  Fire(Builder b, const ModelShape& shape, const Options& options)
      : c(b.table("c", 1, 1, Init::ones, -2.25)),  // softplus(-2.25) = 0.1
        t(b.table("t", 1, 1, Init::ones, options.threshold)),
        sizes(b.constant("sizes", 2 * shape.max_positions - 1, 1,
                         [positions = shape.max_positions](std::int64_t row, std::int64_t) {
                           return std::abs(double(row - (positions - 1)));
                         })),
        in(b / "in", 1, options.width),
        out(b / "out", options.width, shape.heads),
        first(shape.max_positions, [](std::int64_t) { return 0; }),
        indices(shape.max_positions, [last = shape.max_positions - 1](std::int64_t e) { return e + last; }) {}

  auto distances(auto& ex) const {
    auto cs = embed_distances(ex, c, first);  // the same number in every row
    auto ts = embed_distances(ex, t, first);
    auto ds = embed_distances(ex, sizes, indices);
    auto wide = in(ex, ex.map(Progress{}, cs, ts, ds));
    auto active = ex.activate(Activation::relu, wide);
    AttentionDistances<decltype(cs)> result;
    result.bias = out(ex, active);
    return result;
  }

  // psi(distance) / psi(t), from c and t before their softplus.
  struct Progress {
    template <class S>
    ENCORE_HD S operator()(S rate, S threshold, S distance) const {
      const S slope = encore::softplus(rate);
      return encore::log1p(slope * distance) / encore::log1p(slope * encore::softplus(threshold));
    }
  };
};

}  // namespace encore
