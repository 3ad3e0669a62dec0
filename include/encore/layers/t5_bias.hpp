// SPDX-License-Identifier: Apache-2.0
// A learned number for each head and bucket of distances, added to scores.
#pragma once

#include <encore/layers/distance_indices.hpp>
#include <encore/layers/model_shape.hpp>
#include <encore/ops/attention.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace encore {

// How far apart two tokens are, in T5's buckets: half for each sign, exact up to half of those, then logarithmic up to
// `furthest`. Raffel et al. 2020. distance = j - i.
inline std::int64_t t5_bucket(std::int64_t distance, std::int64_t buckets, std::int64_t furthest) {
  const std::int64_t half = buckets / 2, exact = half / 2;
  const std::int64_t sign = distance > 0 ? half : 0, n = distance < 0 ? -distance : distance;
  if (n < exact) return sign + n;
  const double log = std::log(double(n) / double(exact)) / std::log(double(furthest) / double(exact));
  return sign + std::min(half - 1, exact + std::int64_t(log * double(half - exact)));
}

// Scores gain B[bucket(j - i)][h], outside the scale; one table [buckets, H] for all layers. Raffel et al. 2020, T5; Song
// et al. 2020, MPNet. Parameter `bias.weight`.
struct T5Bias {
  // How distances are sorted into buckets, in tokens; the defaults are T5's.
  struct Options {
    std::int64_t buckets = 32;  // that distances are sorted into
    std::int64_t furthest = 128;
    std::int64_t rows = 0;  // of the table; 0: as many as there are buckets
  };
  ParameterId table;
  DistanceIndices indices;

  T5Bias(Builder b, const ModelShape& shape, const Options& options)
      : table((b / "bias").table("weight", options.rows ? options.rows : options.buckets, shape.heads)),
        indices(DistanceIndices::endless, [buckets = options.buckets, furthest = options.furthest](std::int64_t e) {
          return t5_bucket(-e, buckets, furthest);
        }) {}
  static constexpr bool endless() { return true; }
  auto distances(auto& ex) const {
    auto rows = embed_distances(ex, table, indices);
    AttentionDistances<decltype(rows)> result;
    result.bias = std::move(rows);
    return result;
  }
};

}  // namespace encore
