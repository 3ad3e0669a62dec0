// SPDX-License-Identifier: Apache-2.0
// Rows by distance that scores gain as products with queries, or with queries and keys: relative_key,
// relative_key_query.
#pragma once

#include <encore/layers/distance_indices.hpp>
#include <encore/layers/model_shape.hpp>
#include <encore/ops/attention.hpp>

#include <cstdint>
#include <utility>

namespace encore {

// Which side of a score a relative term stands on.
enum class RelativeTerms : std::uint8_t { key, key_and_query };

// Scores gain q_i . R[i - j], and with key_and_query k_j . R[i - j] too, inside the scale; R [2 max_positions - 1, head
// size], one per layer, shared by the heads. Shaw, Uszkoreit & Vaswani 2018; Huang et al. 2020 (method 4). The names
// relative_key and relative_key_query are those of transformers.
struct RelativePosition {
  // Whether keys meet the distance's row too.
  struct Options {
    RelativeTerms terms = RelativeTerms::key;
  };
  ModelShape shape;
  RelativeTerms terms;
  DistanceIndices indices;

  RelativePosition(Builder, const ModelShape& s, const Options& options)
      : shape(s),
        terms(options.terms),
        indices(s.max_positions, [last = s.max_positions - 1](std::int64_t e) { return e + last; }) {}

  // A layer's own table.
  struct Layer {
    ParameterId table;
    RelativeTerms terms;
    DistanceIndices indices;
    Layer(Builder b, const RelativePosition& position)
        : table((b / "relative").table("weight", 2 * position.shape.max_positions - 1, position.shape.head_size())),
          terms(position.terms),
          indices(position.indices) {}
    auto distances(auto& ex) const {
      auto rows = embed_distances(ex, table, indices);
      AttentionDistances<decltype(rows)> result;
      if (terms == RelativeTerms::key_and_query) result.to_key = rows;
      result.to_query = std::move(rows);
      return result;
    }
  };
};

}  // namespace encore
