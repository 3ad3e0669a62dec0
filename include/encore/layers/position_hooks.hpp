// SPDX-License-Identifier: Apache-2.0
// The hooks of position policies (docs/design.md): add_to and rows (E, what is added to the embedding), lower, rotate, distances
// and score (QK, C, B, M, S: what attention reads), or a nested Layer whose parameters belong to one layer.
#pragma once

#include <encore/layers/model_shape.hpp>
#include <encore/ops/attention.hpp>
#include <encore/ops/embed.hpp>

#include <cstdint>
#include <optional>

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

// Hook S: a function of scores, p.score(ex) -> what score_function() returns.
template <class P, class Ex>
concept GivesScore = requires(const P& p, Ex& ex) { p.score(ex); };

// Hook QK, by an op instead of tables: p.rotate(ex, x) -> queries or keys.
template <class P, class Ex>
concept RotatesRows = requires(const P& p, Ex& ex, const typename Ex::Value& x) { p.rotate(ex, x); };
// The same where it differs from layer to layer.
template <class P, class Ex>
concept RotatesByLayer =
    requires(const P& p, Ex& ex, const typename Ex::Value& x, LayerPlace place) { p.rotate(ex, x, place); };

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
struct HookNames {
  int distances, by_distance, rotate, score, rows, add_to, lower;
};
template <class P>
struct WithHookNames : P, HookNames {};
template <class P>
concept NamesDistances = !requires {
  &WithHookNames<P>::distances;
  &WithHookNames<P>::by_distance;
};
template <class P>
concept NamesRotation = !requires { &WithHookNames<P>::rotate; };
template <class P>
concept NamesScore = !requires { &WithHookNames<P>::score; };
template <class P>
concept NamesOthers = !requires {
  &WithHookNames<P>::rows;
  &WithHookNames<P>::add_to;
  &WithHookNames<P>::lower;
};
template <class P>
concept HasNoHooks = requires { requires !P::has_hooks; };
}  // namespace detail
// Has any hook into attention: what mixes tokens without scores refuses such policies.
template <class P>
concept ActsOnScores = LowersAttention<P> || LowersByLayer<P> || HasLayerPart<P> || detail::NamesDistances<P> ||
                       detail::NamesRotation<P> || detail::NamesScore<P>;
// Has a hook, or says that it has none on purpose: static constexpr bool has_hooks = false.
template <class P>
concept HasHook = ActsOnScores<P> || detail::NamesOthers<P> || detail::HasNoHooks<P>;

}  // namespace encore
