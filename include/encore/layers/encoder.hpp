// SPDX-License-Identifier: Apache-2.0
// The encoder: a spec (a bundle of policies) assembled into embedding, blocks and, where the placement asks for it, a
// final norm. A spec is a struct with the member types
//   Norm, Placement, Position, FeedForward     policies
//   Attention<Position>                        a class template
//   Embedding<Norm>                            a class template
// To change one policy, derive from a spec and hide its name.
#pragma once

#include <encore/layers/attention.hpp>
#include <encore/layers/embedding.hpp>
#include <encore/layers/feed_forward.hpp>
#include <encore/layers/norm.hpp>
#include <encore/layers/placement.hpp>

#include <optional>
#include <vector>

namespace encore {

// The numbers of an encoder: its shape and, nested, those of each policy.
template <class Spec>
struct Config {
  ModelShape shape;
  options_t<typename Spec::Norm> norm{};
  options_t<typename Spec::Position> position{};
  options_t<typename Spec::template Attention<typename Spec::Position>> attention{};
  options_t<typename Spec::FeedForward> feed_forward{};
};

// x <- sublayer(attention), x <- sublayer(feed-forward): [N, C] -> [N, C].
template <class Spec>
struct EncoderBlock {
  using Norm = typename Spec::Norm;
  using Sublayer = typename Spec::Placement::template Sublayer<Norm>;
  using Position = typename Spec::Position;

  typename Spec::template Attention<Position> attention;
  Sublayer attention_sublayer;
  typename Spec::FeedForward feed_forward;
  Sublayer feed_forward_sublayer;

  EncoderBlock(Builder b, const Config<Spec>& config, const Position& position)
      : attention(b / "attention", config.shape, config.attention, position),
        attention_sublayer(b / "attention_norm", config.shape, config.norm),
        feed_forward(make_policy<typename Spec::FeedForward>(b / "feed_forward", config.shape, config.feed_forward)),
        feed_forward_sublayer(b / "feed_forward_norm", config.shape, config.norm) {}

  auto operator()(auto& ex, const auto& x) const {
    auto mixed = attention_sublayer(ex, x, [&](const auto& rows) { return attention(ex, rows); });
    return feed_forward_sublayer(ex, mixed, [&](const auto& rows) { return feed_forward(ex, rows); });
  }
};

template <class Spec>
struct Encoder {
  using Norm = typename Spec::Norm;

  typename Spec::Position position;
  typename Spec::template Embedding<Norm> embedding;
  std::vector<EncoderBlock<Spec>> blocks;
  std::optional<Norm> final_norm;

  // Throws ArgumentError for a shape that a policy cannot take.
  Encoder(Builder b, const Config<Spec>& config)
      : position(make_policy<typename Spec::Position>(checked(b, config) / "position", config.shape, config.position)),
        embedding(b / "embedding", config.shape, config.norm) {
    blocks.reserve(std::size_t(config.shape.layers));
    for (std::int64_t i = 0; i < config.shape.layers; ++i) blocks.emplace_back(b / "layers" / i, config, position);
    if constexpr (Spec::Placement::final_norm)
      final_norm = make_norm<Norm>(b / "final_norm", config.shape.hidden, config.norm);
  }

  // -> [N, C]. Taps "hidden_states" 0 (embeddings) to L; the last one is what is returned.
  auto operator()(auto& ex, const BatchIndices& in) const {
    auto x = embedding(ex, in, position);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      ex.tap("hidden_states", std::int64_t(i), x);
      auto scope = ex.scope(std::int64_t(i));
      x = blocks[i](ex, x);
    }
    if (final_norm) x = (*final_norm)(ex, x);
    ex.tap("hidden_states", std::int64_t(blocks.size()), x);
    return x;
  }

 private:
  static Builder checked(Builder b, const Config<Spec>& config) {
    config.shape.check();
    return b;
  }
};

// A config known at compile time, checked at compile time: auto config = static_config<MySpec>([] { return
// Config<MySpec>{...}; });
template <class Spec, class F>
consteval Config<Spec> static_config(F) {
  constexpr Config<Spec> config = F{}();
  constexpr bool divides = config.shape.heads > 0 && config.shape.hidden % config.shape.heads == 0;
  static_assert(divides, "encore: hidden is not a multiple of heads");
  if constexpr (divides && requires { Spec::Position::fits(config.shape, config.position); })
    static_assert(Spec::Position::fits(config.shape, config.position), "encore: RoPE needs an even head size");
  return config;
}

}  // namespace encore
