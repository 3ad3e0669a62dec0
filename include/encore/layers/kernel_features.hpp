// SPDX-License-Identifier: Apache-2.0
// Feature policies of linear attention: maps phi of each head of queries and keys, [N, H D] -> [N, H F], whose products
// phi(q) . phi(k) > 0 stand for softmax's exp(q . k / sqrt(D)). Constructed from (Builder, ModelShape, Options,
// LayerPlace), or without the place, or without both.
#pragma once

#include <encore/core/orthogonal.hpp>
#include <encore/core/scalar.hpp>
#include <encore/layers/model_shape.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

namespace encore {

// phi(x) = elu(x) + 1, F = D. Katharopoulos, Vyas, Pappas & Fleuret 2020, equation 7.
struct EluFeatures {
  EluFeatures(Builder, const ModelShape&) {}
  auto operator()(auto& ex, const auto& x) const { return ex.map(EluPlusOne{}, x); }

  // elu(x) + 1: x + 1 above zero, e^x elsewhere.
  struct EluPlusOne {
    template <class S>
    ENCORE_HD S operator()(S x) const {
      return x > S(0) ? x + S(1) : encore::exp(x);
    }
  };
};

// Random directions w_1 .. w_m in D dimensions, [m, D] row by row: orthogonal in blocks of D, with lengths as normal
// vectors have them (chi(D)). A function of seed and stream.
inline std::vector<double> orthogonal_directions(std::int64_t m, std::int64_t d, std::uint64_t seed,
                                                 std::uint64_t stream) {
  const std::uint64_t blocks = scope_hash(stream, 0);
  const RandomStream lengths{seed, scope_hash(stream, 1)};
  std::vector<double> w;
  w.reserve(std::size_t(m * d));
  for (std::int64_t r = 0; r < m; r += d) {
    const auto block = random_orthogonal(std::min(d, m - r), d, {seed, scope_hash(blocks, std::uint64_t(r / d))});
    w.insert(w.end(), block.begin(), block.end());
  }
  for (std::int64_t r = 0; r < m; ++r) {
    double square = 0;
    for (std::int64_t c = 0; c < d; ++c) {
      const double normal = lengths.normal(std::uint64_t(r * d + c));
      square += normal * normal;
    }
    for (std::int64_t c = 0; c < d; ++c) w[std::size_t(r * d + c)] *= std::sqrt(square);
  }
  return w;
}

// phi_r(x) = (exp(w_r . x' - |x'|^2 / 2) + eps) / sqrt(m), x' = x / D^(1/4), F = m: unbiased for exp(q . k / sqrt(D))
// but for eps, which keeps denominators from zero where all features underflow. The directions are random constants,
// the same for all heads of a layer. Per-head products are products with block-diagonal weights, H times the work of
// the blocks. Choromanski et al. 2021, Performer: FAVOR+ with positive orthogonal features, not redrawn.
struct FavorFeatures {
  // How many directions a head has and where they come from.
  struct Options {
    std::int64_t features = 0;  // m, of a head; 0: D log D, as in the paper's theorem 4, rounded up
    std::uint64_t seed = 0;     // of the directions
    double eps = 1e-6;
  };
  ParameterId directions;  // [H m, H D]
  ParameterId lengths;     // [H, H D]: |x'|^2 / 2 of squares
  ParameterId spread;      // [H m, H]: a head's number for each of its features
  double scale;
  double eps;

  // Throws ArgumentError for a negative number of features.
  FavorFeatures(Builder b, const ModelShape& shape, const Options& options, const LayerPlace& place = {})
      : eps(options.eps) {
    const std::int64_t heads = shape.heads, d = shape.head_size();
    if (options.features < 0)
      throw ArgumentError("FAVOR+: " + std::to_string(options.features) + " features are not positive");
    const std::int64_t m =
        options.features ? options.features : std::int64_t(std::ceil(std::fmax(1, double(d) * std::log(double(d)))));
    scale = 1 / std::sqrt(double(m));
    const auto w = std::make_shared<const std::vector<double>>(
        orthogonal_directions(m, d, options.seed, std::uint64_t(place.layer)));
    const double narrowed = std::pow(double(d), -0.25);  // x' / x
    directions =
        b.constant_weight("directions", heads * m, heads * d, [w, m, d, narrowed](std::int64_t r, std::int64_t c) {
          return r / m == c / d ? narrowed * (*w)[std::size_t(r % m * d + c % d)] : 0.0;
        });
    lengths = b.constant_weight("lengths", heads, heads * d, [d, narrowed](std::int64_t h, std::int64_t c) {
      return h == c / d ? 0.5 * narrowed * narrowed : 0.0;
    });
    spread = b.constant_weight("spread", heads * m, heads,
                               [m](std::int64_t r, std::int64_t h) { return r / m == h ? 1.0 : 0.0; });
  }

  auto operator()(auto& ex, const auto& x) const {
    auto along = ex.linear(x, directions);  // [N, H m]
    auto squares = ex.map(Square{}, x);     // [N, H D]
    auto half = ex.linear(squares, lengths);
    auto shared = ex.linear(half, spread);  // [N, H m]
    return ex.map(Positive{scale, eps}, along, shared);
  }

  // x^2.
  struct Square {
    template <class S>
    ENCORE_HD S operator()(S x) const {
      return x * x;
    }
  };
  // scale (e^(along - half) + eps).
  struct Positive {
    double scale, eps;
    template <class S>
    ENCORE_HD S operator()(S along, S half) const {
      return (encore::exp(along - half) + S(eps)) * S(scale);
    }
  };
};

}  // namespace encore
