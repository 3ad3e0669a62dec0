// SPDX-License-Identifier: Apache-2.0
// Disentangled attention: scores of content to position and of position to content. He et al. 2021, DeBERTa;
// microsoft/DeBERTa disentangled_attention.py, da_utils.py; transformers models/deberta, models/deberta_v2.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/layers/attention.hpp>
#include <encore/layers/distance_indices.hpp>
#include <encore/layers/learned_position.hpp>

#include <optional>

namespace encore {

// The distance i - j in DeBERTa v2's buckets: exact up to half of them, then logarithmic up to `furthest` - 1. buckets
// at most 0: the distance itself.
inline std::int64_t deberta_bucket(std::int64_t distance, std::int64_t buckets, std::int64_t furthest) {
  const std::int64_t middle = buckets / 2, size = distance < 0 ? -distance : distance;
  if (buckets <= 0 || size <= middle) return distance;
  const double log = std::log(double(size) / double(middle)) / std::log(double(furthest - 1) / double(middle));
  const std::int64_t bucket = middle + std::int64_t(std::ceil(log * double(middle - 1)));
  return distance < 0 ? -bucket : bucket;
}

// The embeddings of distances, one table [2 n, C] for all layers, n = buckets or `furthest`; a distance reads row
// clamp(bucket + n, 0, 2 n - 1). Perhaps normed, and perhaps learned absolute positions in the embedding too.
// Parameters `relative.weight`, `relative_norm`, `weight` [max_positions, E].
template <class Norm>
struct DisentangledPosition {
  static constexpr bool has_buckets = true;  // what DisentangledAttention asks for: bucket_rows, by_distance

  // Whether there are relative and absolute positions, and how distances are sorted into buckets.
  struct Options {
    bool relative = true;
    std::int64_t buckets = 0;     // at most 0: none
    std::int64_t furthest = 512;  // max_relative_positions
    bool normed = false;
    bool absolute = false;  // learned positions are added to the embeddings
    options_t<Norm> norm{};
  };
  std::optional<LearnedPosition> learned;
  ParameterId table;
  std::optional<Norm> norm;

  DisentangledPosition(Builder b, const ModelShape& shape, const Options& o)
      : span_(o.buckets > 0 ? o.buckets : o.furthest),
        order_(std::make_shared<BucketOrder>()),
        indices_(DistanceIndices::endless, [span = span_, buckets = o.buckets, furthest = o.furthest](std::int64_t e) {
          return zigzag(std::clamp(deberta_bucket(e, buckets, furthest), -span, span));
        }) {
    if (o.absolute) learned.emplace(b, shape, LearnedPosition::Options{});
    if (!o.relative) return;
    table = (b / "relative").table("weight", 2 * span_, shape.hidden);
    if (o.normed) norm = construct<Norm>(b / "relative_norm", shape.hidden, o.norm);
  }
  void add_to(op::Embed& embed, Indices positions) const {
    if (learned) learned->add_to(embed, positions);
  }
  bool endless() const { return !learned; }

  // The embeddings of the buckets that the sequences at hand have, from the middle outwards: [buckets, C].
  auto bucket_rows(auto& ex) const {
    const std::span<const std::int32_t> seen = indices_.up_to(ex.segments().longest());
    return first_bucket_rows(ex, std::size_t(std::max(seen.front(), seen.back())) + 1);
  }
  // Buckets there are, those of sequences of any length.
  std::int64_t buckets() const { return 2 * span_ + 1; }
  // The embeddings of all buckets, for prepare().
  auto all_bucket_rows(auto& ex) const { return first_bucket_rows(ex, std::size_t(buckets())); }
  // Rows of buckets, projected, laid out by distance: [2 longest - 1, C].
  auto by_distance(auto& ex, const auto& rows) const {
    return ex.gather_rows(rows, ex.indices(indices_.up_to(ex.segments().longest())));
  }

  // The same of a table of all buckets, projected before.
  auto by_distance(auto& ex, ParameterId projected) const { return embed_distances(ex, projected, indices_); }

 private:
  auto first_bucket_rows(auto& ex, std::size_t count) const {
    auto embedded = ex.embed(EmbedTerm{table, ex.indices(bucket_order().first(count))});
    return norm ? (*norm)(ex, embedded) : embedded;
  }
  // The table's row of each bucket; made when it is first read, which is after the table was found in a file.
  std::span<const std::int32_t> bucket_order() const {
    std::call_once(order_->made, [this] {
      for (std::int64_t z = 0; z < buckets(); ++z) {
        const std::int64_t bucket = z % 2 ? (z + 1) / 2 : -z / 2;
        order_->rows.push_back(std::int32_t(std::min(bucket + span_, 2 * span_ - 1)));
      }
    });
    return order_->rows;
  }
  // Buckets 0, 1, -1, 2, -2, .. are rows 0, 1, 2, ..: shorter batches need fewer, always the first ones.
  static std::int64_t zigzag(std::int64_t bucket) { return bucket > 0 ? 2 * bucket - 1 : -2 * bucket; }

  std::int64_t span_;
  struct BucketOrder {
    std::once_flag made;
    std::vector<std::int32_t> rows;
  };
  std::shared_ptr<BucketOrder> order_;
  DistanceIndices indices_;
};

// out(attention), scores (q_i . k_j + q_i . kr[i - j] + k_j . qr[i - j] + qr[i - j] . kr[i - j]) / sqrt(terms * head
// size), of as many terms as there are, kr and qr projected from the position's rows. Parameters `query`, `key`,
// `value`, `out`, and unless the keys are shared `position_key` and `position_query`.
template <class Position>
struct DisentangledAttention {
  // Which terms the scores have, and what keys and positions share.
  struct Options {
    bool to_query = true;      // content to position ("c2p")
    bool to_key = true;        // position to content ("p2c")
    bool to_position = false;  // position to position ("p2p"), with both of the above
    bool relative = true;      // false: neither, whatever the two above say of the scale
    bool shared_key = false;   // kr and qr by the projections of keys and queries
    Bias key_bias = Bias::yes;
    Bias position_key_bias = Bias::yes;
  };
  Options options;
  Linear query, key, value;
  std::optional<Linear> position_key, position_query;
  ParameterId heads;                 // constant [H, C]: sums each head's columns, times the scale
  ParameterId key_rows, query_rows;  // derived, [buckets, C]: kr and qr, the same for every text
  Linear out;
  Position position;
  AttentionSpec spec;

  DisentangledAttention(Builder b, const ModelShape& shape, const Options& o, const Position& p)
      : options(o),
        query(b / "query", shape.hidden, shape.hidden),
        key(b / "key", shape.hidden, shape.hidden, o.key_bias),
        value(b / "value", shape.hidden, shape.hidden),
        out(b / "out", shape.hidden, shape.hidden),
        position(p) {
    static_assert(
        requires { Position::has_buckets; },
        "encore: disentangled attention needs a position with buckets, as DisentangledPosition");
    static_assert(!detail::NamesScore<Position>, "encore: disentangled attention takes no function of scores");
    spec.heads = spec.kv_heads = shape.heads;
    spec.head_size = shape.head_size();
    const int terms = 1 + int(o.to_query) + int(o.to_key) + int(o.to_position);
    spec.scale = 1.0 / std::sqrt(double(shape.head_size()) * double(terms));
    if (!o.relative) return;
    if (o.to_position) {
      if (!o.to_query || !o.to_key)
        throw ArgumentError("disentangled attention: position to position needs both other terms");
      heads = b.constant_weight("heads", shape.heads, shape.hidden,
                                [size = shape.head_size(), scale = spec.scale](std::int64_t h, std::int64_t c) {
                                  return c / size == h ? scale : 0.0;
                                });
    }
    if constexpr (requires { position.buckets(); }) {
      if (o.to_query) key_rows = b.derived("key_rows", position.buckets(), shape.hidden);
      if (o.to_key) query_rows = b.derived("query_rows", position.buckets(), shape.hidden);
    }
    if (o.shared_key) return;
    if (o.to_query) position_key.emplace(b / "position_key", shape.hidden, shape.hidden, o.position_key_bias);
    if (o.to_key) position_query.emplace(b / "position_query", shape.hidden, shape.hidden);
  }

  auto operator()(auto& ex, const auto& x) const { return with_queries(ex, x, x); }
  // Queries of other rows than keys and values.
  auto with_queries(auto& ex, const auto& queries, const auto& x) const {
    auto q = query(ex, queries);  // [N, C] each
    auto k = key(ex, x);
    auto v = value(ex, x);
    AttentionDistances<decltype(q)> distances;
    if (ex.prepared()) {
      if (key_rows) distances.to_query = position.by_distance(ex, key_rows);
      if (query_rows) distances.to_key = position.by_distance(ex, query_rows);
    } else if (key_rows || query_rows) {
      auto rows = position.bucket_rows(ex);
      if (key_rows) distances.to_query = position.by_distance(ex, projected_keys(ex, rows));
      if (query_rows) distances.to_key = position.by_distance(ex, projected_queries(ex, rows));
    }
    if (heads) distances.bias = ex.linear(ex.gate(Activation::identity, distances.to_query, distances.to_key), heads);
    auto mixed = ex.attention(spec, q, k, v, distances);
    q = k = v = {};
    distances = {};
    return out(ex, mixed);
  }
  // Calls write(parameter, value) for what it derives from weights, the projected rows of all buckets
  // (models/prepare.hpp).
  static constexpr bool prepares = true;
  void prepare(auto& ex, auto&& write) const {
    if (!key_rows && !query_rows) return;
    auto rows = position.all_bucket_rows(ex);
    if (key_rows) write(key_rows, projected_keys(ex, rows));
    if (query_rows) write(query_rows, projected_queries(ex, rows));
  }

 private:
  auto projected_keys(auto& ex, const auto& rows) const { return (position_key ? *position_key : key)(ex, rows); }
  auto projected_queries(auto& ex, const auto& rows) const {
    return (position_query ? *position_query : query)(ex, rows);
  }
};

}  // namespace encore
