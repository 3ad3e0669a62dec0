// SPDX-License-Identifier: Apache-2.0
// Position policies. Each implements the hooks it needs (docs/design.md): add_to (E, terms of the embedding sum), lower
// (QK, C, B, M: what attention reads), or a nested Layer whose parameters belong to one layer.
#pragma once

#include <encore/layers/model_shape.hpp>
#include <encore/ops/attention.hpp>
#include <encore/ops/rows.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace encore {

// Hook E.
template <class P>
concept AddsToEmbedding = requires(const P& p, op::Embed& embed, Indices positions) { p.add_to(embed, positions); };
// Hook E too, for rows that are computed: p.rows(ex, positions) -> [N, E].
template <class P, class Ex>
concept GivesRows = requires(const P& p, Ex& ex, Indices positions) { p.rows(ex, positions); };
// Hooks into attention, the same in every layer.
template <class P>
concept LowersAttention = requires(const P& p, AttentionSpec& spec) { p.lower(spec); };
// Hooks into attention that differ from layer to layer.
template <class P>
concept LowersByLayer = requires(const P& p, AttentionSpec& spec, LayerPlace place) { p.lower(spec, place); };
// A part with parameters in each layer, P::Layer(Builder, const P&), that may have the hooks below.
template <class P>
concept HasLayerPart = requires { typename P::Layer; };
// Hooks C and B: rows by distance for the sequences at hand, p.distances(ex) -> AttentionDistances of values.
template <class P, class Ex>
concept GivesDistances = requires(const P& p, Ex& ex) { p.distances(ex); };

// Hook QK, by an op instead of tables: p.turn(ex, x) -> queries or keys.
template <class P, class Ex>
concept TurnsRows = requires(const P& p, Ex& ex, const typename Ex::Value& x) { p.turn(ex, x); };
// The same where it differs from layer to layer.
template <class P, class Ex>
concept TurnsRowsByLayer =
    requires(const P& p, Ex& ex, const typename Ex::Value& x, LayerPlace place) { p.turn(ex, x, place); };

// The id that a policy leaves out as it counts positions: p.padding, a member; nothing where it counts every token.
template <class P>
std::optional<std::int32_t> uncounted_id(const P& p) {
  if constexpr (requires { std::optional<std::int32_t>(p.padding); })
    return p.padding;
  else
    return {};
}

// Whether a policy knows positions beyond the shape's max_positions: p.endless(), where it has no table that ends.
template <class P>
bool endless_positions(const P& p) {
  if constexpr (requires { p.endless(); })
    return p.endless();
  else
    return false;
}

namespace detail {
// A member of a policy named like one of these, whatever its parameters, makes the name ambiguous in what derives from
// both. The policy's own executor-generic functions cannot be tried without an executor.
struct DistanceNames {
  int distances, by_distance, turn;
};
template <class P>
struct WithDistanceNames : P, DistanceNames {};
template <class P>
concept NamesDistances = !requires {
  &WithDistanceNames<P>::distances;
  &WithDistanceNames<P>::by_distance;
  &WithDistanceNames<P>::turn;
};
}  // namespace detail
// Has any hook into attention: what mixes tokens without scores refuses such policies.
template <class P>
concept ActsOnScores = LowersAttention<P> || LowersByLayer<P> || HasLayerPart<P> || detail::NamesDistances<P>;

// Indices of a table's rows by distance: those of -(n - 1) .. n - 1 for a longest sequence of n tokens, of which shorter
// batches read the middle. Made when a longer sequence than before asks for them, so that neither a config's number
// nor a limit decides how many there are.
class DistanceIndices {
 public:
  static constexpr std::int64_t endless = std::numeric_limits<std::int32_t>::max();

  // row(distance) for distances between `positions` positions; it is kept and called later: let it capture by value.
  DistanceIndices(std::int64_t positions, std::function<std::int64_t(std::int64_t distance)> row)
      : positions_(positions), state_(std::make_shared<State>()) {
    state_->row = std::move(row);
  }
  // Those that a sequence of `longest` tokens has, [2 longest - 1]; any thread may ask. Throws InputError beyond the
  // positions.
  std::span<const std::int32_t> up_to(std::int64_t longest) const {
    if (longest > positions_)
      throw InputError("a sequence of " + std::to_string(longest) + " tokens is longer than the relative table for " +
                       std::to_string(positions_) + " positions");
    const std::lock_guard lock(state_->mutex);
    std::int64_t made = state_->made();
    if (longest > made) {
      made = std::min(std::max({longest, 2 * made, std::int64_t{256}}), positions_);
      std::vector<std::int32_t> rows;
      rows.reserve(std::size_t(2 * made - 1));
      for (std::int64_t e = -(made - 1); e < made; ++e) rows.push_back(std::int32_t(state_->row(e)));
      state_->rows.push_back(std::move(rows));
    }
    return std::span<const std::int32_t>(state_->rows.back())
        .subspan(std::size_t(made - longest), std::size_t(2 * longest - 1));
  }

 private:
  struct State {
    std::function<std::int64_t(std::int64_t)> row;
    std::mutex mutex;
    std::vector<std::vector<std::int32_t>> rows;  // the last is the longest; passes may still read the others
    std::int64_t made() const { return rows.empty() ? 0 : std::int64_t(rows.back().size() + 1) / 2; }
  };
  std::int64_t positions_;
  std::shared_ptr<State> state_;  // policies are copied, and batches keep pointing at it
};

// The rows of a table by distance, as an embedding: [2 longest - 1, columns of the table].
template <class Ex>
auto embed_distances(Ex& ex, ParameterId table, const DistanceIndices& indices) {
  return ex.embed(EmbedTerm{table, ex.indices(indices.up_to(ex.segments().longest()))});
}

// Appends a term to an embedding sum. Throws ArgumentError where it is full.
inline void add_term(op::Embed& embed, EmbedTerm term) {
  if (embed.count == op::Embed::max_terms)
    throw ArgumentError("embed: more than " + std::to_string(op::Embed::max_terms) + " terms");
  embed.terms[embed.count++] = term;
}

// No positions: attention sees a bag of words.
struct NoPosition {
  NoPosition(Builder, const ModelShape&) {}
  static constexpr bool endless() { return true; }
};

// x_p += P[p], p from 0 in each sequence. With a padding id (RoBERTa, MPNet, after fairseq's make_positions): P[p +
// padding + 1], where tokens of that id are not counted and read P[padding]. Parameter `weight` [max_positions, E], with
// padding + 1 rows more before them.
struct LearnedPosition {
  struct Options {
    std::optional<std::int32_t> padding{};
    std::int64_t width = 0;  // E; 0: the shape's embedding width
  };
  ParameterId table;
  std::optional<std::int32_t> padding;

  LearnedPosition(Builder b, const ModelShape& shape, const Options& options)
      : table(b.table("weight", shape.max_positions + (options.padding ? *options.padding + 1 : 0),
                      options.width ? options.width : shape.embedding_width())),
        padding(options.padding) {}
  void add_to(op::Embed& embed, Indices positions) const { add_term(embed, {table, positions, 0}); }
};

// One position policy for layers that see everything and another, within a window, for those that do not. Warner et al.
// 2024, ModernBERT: two bases of RoPE, every third layer global.
template <class Global, class Local = Global>
struct GlobalLocal {
  struct Options {
    options_t<Global> global{};
    options_t<Local> local{};
    std::int64_t window = -1;      // keys with |i - j| <= window in local layers; negative: all
    std::vector<bool> is_local{};  // by layer; those beyond the list are global
  };
  Global global;
  Local local;
  Options options;

  GlobalLocal(Builder b, const ModelShape& shape, const Options& o)
      : global(construct<Global>(b / "global", shape, o.global)),
        local(construct<Local>(b / "local", shape, o.local)),
        options(o) {}
  void lower(AttentionSpec& spec, const LayerPlace& place) const {
    if (!is_local(place)) {
      global.lower(spec);
      return;
    }
    local.lower(spec);
    spec.window = options.window;
  }
  template <class Ex>
    requires TurnsRows<Global, Ex> && TurnsRows<Local, Ex>
  auto turn(Ex& ex, const typename Ex::Value& x, const LayerPlace& place) const {
    return is_local(place) ? local.turn(ex, x) : global.turn(ex, x);
  }
  bool endless() const { return endless_positions(global) && endless_positions(local); }

 private:
  bool is_local(const LayerPlace& place) const {
    return std::size_t(place.layer) < options.is_local.size() && options.is_local[std::size_t(place.layer)];
  }
};

// Which side of a score a relative term stands on.
enum class RelativeTerms : std::uint8_t { key, key_and_query };

// Scores gain q_i . R[i - j], and with key_and_query k_j . R[i - j] too, inside the scale; R [2 max_positions - 1, head
// size], one per layer, shared by the heads. Shaw, Uszkoreit & Vaswani 2018; Huang et al. 2020 (method 4). The names
// relative_key and relative_key_query are those of transformers.
struct RelativePosition {
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
