// SPDX-License-Identifier: Apache-2.0
// What a spec must name, checked where one is first used (Config<Spec>): a composition that cannot be is one sentence.
#pragma once

#include <encore/layers/model_shape.hpp>
#include <encore/layers/position_hooks.hpp>

#include <cstdint>

namespace encore {

// In the place of a policy that a spec does not name.
struct NoPolicy {};

namespace detail {

template <class Spec>
using norm_member = typename Spec::Norm;
template <class Spec>
using placement_member = typename Spec::Placement;
template <class Spec>
using position_member = typename Spec::Position;
template <class Spec>
using attention_member = typename Spec::template Attention<typename Spec::Position>;
template <class Spec>
using feed_forward_member = typename Spec::FeedForward;
template <class Spec>
using embedding_member = typename Spec::template Embedding<typename Spec::Norm>;
template <class Spec>
using sublayer_member = typename Spec::Placement::template Sublayer<typename Spec::Norm>;

}  // namespace detail

// A spec's policies.
template <class Spec>
using norm_t = detected_or_t<NoPolicy, detail::norm_member, Spec>;
template <class Spec>
using position_t = detected_or_t<NoPolicy, detail::position_member, Spec>;
template <class Spec>
using attention_t = detected_or_t<NoPolicy, detail::attention_member, Spec>;
template <class Spec>
using feed_forward_t = detected_or_t<NoPolicy, detail::feed_forward_member, Spec>;
template <class Spec>
using embedding_t = detected_or_t<NoPolicy, detail::embedding_member, Spec>;

namespace detail {

enum class SpecFault : std::uint8_t {
  none,
  no_norm,
  no_placement,
  no_position,
  no_attention,
  no_feed_forward,
  no_embedding,
  norm_constructor,
  position_constructor,
  position_without_hook,
  feed_forward_constructor,
  options_not_taken,
};

template <class P, class... Args>
inline constexpr bool takes_options = ConstructorArguments<P, Args...>::takes_options;
template <class P, class... Args>
inline constexpr bool constructs = ConstructorArguments<P, Args...>::count > 0;

template <class Spec>
consteval SpecFault spec_fault() {
  using enum SpecFault;
  using Norm = norm_t<Spec>;
  using Position = position_t<Spec>;
  using FeedForward = feed_forward_t<Spec>;
  if constexpr (std::is_same_v<Norm, NoPolicy>)
    return no_norm;
  else if constexpr (std::is_same_v<detected_or_t<NoPolicy, sublayer_member, Spec>, NoPolicy>)
    return no_placement;
  else if constexpr (std::is_same_v<Position, NoPolicy>)
    return no_position;
  else if constexpr (std::is_same_v<attention_t<Spec>, NoPolicy>)
    return no_attention;
  else if constexpr (std::is_same_v<FeedForward, NoPolicy>)
    return no_feed_forward;
  else if constexpr (std::is_same_v<embedding_t<Spec>, NoPolicy>)
    return no_embedding;
  else if constexpr (!constructs<Norm, Builder, std::int64_t, options_t<Norm>>)
    return norm_constructor;
  else if constexpr (!constructs<Position, Builder, ModelShape, options_t<Position>>)
    return position_constructor;
  else if constexpr (!HasHook<Position>)
    return position_without_hook;
  else if constexpr (!constructs<FeedForward, Builder, ModelShape, options_t<FeedForward>>)
    return feed_forward_constructor;
  else if constexpr (!takes_options<Norm, Builder, std::int64_t, options_t<Norm>> ||
                     !takes_options<Position, Builder, ModelShape, options_t<Position>> ||
                     !takes_options<FeedForward, Builder, ModelShape, options_t<FeedForward>>)
    return options_not_taken;
  else
    return none;
}

// Says what is wrong with a spec, in one sentence.
template <class Spec, SpecFault fault = spec_fault<Spec>()>
struct SpecCheck {
  using enum SpecFault;
  static_assert(fault != no_norm, "encore: a spec names its norm: using Norm = encore::LayerNorm;");
  static_assert(fault != no_placement,
                "encore: a spec names where its norms stand, a type with a template Sublayer<Norm>: "
                "using Placement = encore::PostNorm;");
  static_assert(fault != no_position,
                "encore: a spec names its position policy: using Position = encore::LearnedPosition;");
  static_assert(fault != no_attention,
                "encore: a spec's attention is a template over its position: template <class P> "
                "using Attention = encore::MultiHeadAttention<P>;");
  static_assert(fault != no_feed_forward, "encore: a spec names its feed-forward: using FeedForward = encore::Mlp;");
  static_assert(fault != no_embedding,
                "encore: a spec's embedding is a template over its norm: template <class N> using "
                "Embedding = encore::TokenEmbedding<N>;");
  static_assert(fault != norm_constructor,
                "encore: a norm is constructed from (Builder, std::int64_t width) or (Builder, "
                "std::int64_t width, const Options&)");
  static_assert(fault != position_constructor,
                "encore: a position policy is constructed from (Builder, const "
                "ModelShape&) or (Builder, const ModelShape&, const Options&)");
  static_assert(
      fault != position_without_hook,
      "encore: this position policy has none of the members that are called (add_to, rows, lower, rotate, "
      "distances, Layer; docs/design.md): is one misspelt? One that is to do nothing says so: static constexpr "
      "bool has_hooks = false;");
  static_assert(fault != feed_forward_constructor,
                "encore: a feed-forward is constructed from (Builder, const "
                "ModelShape&) or (Builder, const ModelShape&, const Options&)");
  static_assert(fault != options_not_taken,
                "encore: a policy of this spec has Options and no constructor that takes them (docs/policies.md)");
};

}  // namespace detail

// A spec that names every policy. Config<Spec> says what is wrong with others.
template <class Spec>
concept SoundSpec = detail::spec_fault<Spec>() == detail::SpecFault::none;

}  // namespace encore
