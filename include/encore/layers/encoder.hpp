// SPDX-License-Identifier: Apache-2.0
// The encoder: a spec (a bundle of policies) assembled into embedding, blocks and, where the placement asks for it, a
// final norm. A spec is a struct with the member types
//   Norm, Placement, Position, FeedForward     policies
//   Attention<Position>                        a class template
//   Embedding<Norm>                            a class template
// and, where the usual will not do,
//   Stack                                      which block stands where (stack.hpp); Repeat
//   Block<Spec>, BlockOptions                  a class template: what one layer does, and its numbers; EncoderBlock
// To change one policy, derive from a spec and hide its name.
#pragma once

#include <encore/layers/attention.hpp>
#include <encore/layers/embedding.hpp>
#include <encore/layers/feed_forward.hpp>
#include <encore/layers/norm.hpp>
#include <encore/layers/placement.hpp>
#include <encore/layers/spec.hpp>
#include <encore/layers/stack.hpp>

#include <optional>
#include <vector>

namespace encore {

namespace detail {
template <class Spec>
using stack_member = typename Spec::Stack;
template <class Spec>
using block_options_member = typename Spec::BlockOptions;
template <class Spec>
using block_member = typename Spec::template Block<Spec>;
}  // namespace detail

// How often which block runs: Spec::Stack, or every one once.
template <class Spec>
using stack_t = detected_or_t<Repeat, detail::stack_member, Spec>;

// The numbers of an encoder: its shape and, nested, those of each policy.
template <class Spec>
struct Config {
  static_assert(sizeof(detail::SpecCheck<Spec>) > 0);  // complete, and so checked

  ModelShape shape;
  options_t<norm_t<Spec>> norm{};
  options_t<embedding_t<Spec>> embedding{};
  options_t<position_t<Spec>> position{};
  options_t<attention_t<Spec>> attention{};
  options_t<feed_forward_t<Spec>> feed_forward{};
  options_t<stack_t<Spec>> stack{};
  detected_or_t<NoOptions, detail::block_options_member, Spec> block{};
};

namespace detail {
// f(ex, x), with what is carried from layer to layer where f takes it.
template <class Value>
auto with_carried(const auto& f, auto& ex, const Value& x, Carried<Value>& carried) {
  if constexpr (requires { f(ex, x, carried); })
    return f(ex, x, carried);
  else
    return f(ex, x);
}
}  // namespace detail

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

  EncoderBlock(Builder b, const Config<Spec>& config, const Position& position, const LayerPlace& place)
      : attention(construct<typename Spec::template Attention<Position>>(b / "attention", config.shape,
                                                                         config.attention, position, place)),
        attention_sublayer(construct<Sublayer>(b / "attention_norm", config.shape, config.norm, place)),
        feed_forward(construct<typename Spec::FeedForward>(b / "feed_forward", config.shape, config.feed_forward)),
        feed_forward_sublayer(construct<Sublayer>(b / "feed_forward_norm", config.shape, config.norm,
                                                  LayerPlace{place.layer, place.layers, Part::feed_forward})) {}

  template <class Value>
  auto operator()(auto& ex, const Value& x, Carried<Value>& carried) const {
    auto mixed =
        attention_sublayer(ex, x, [&](const auto& rows) { return detail::with_carried(attention, ex, rows, carried); });
    return feed_forward_sublayer(ex, mixed, [&](const auto& rows) { return feed_forward(ex, rows); });
  }
  // Queries, and what the first sublayer adds to, from elsewhere; keys and values are made of x. For attention policies
  // that take queries apart, and placements that do not norm what goes in.
  auto with_queries(auto& ex, const auto& queries, const auto& x) const {
    auto mixed = attention_sublayer(ex, queries, [&](const auto& rows) { return attention.with_queries(ex, rows, x); });
    return feed_forward_sublayer(ex, mixed, [&](const auto& rows) { return feed_forward(ex, rows); });
  }
};

template <class Spec>
struct Encoder {
  using Norm = typename Spec::Norm;
  using Embedding = typename Spec::template Embedding<Norm>;
  using Stack = stack_t<Spec>;
  using Block = detected_or_t<EncoderBlock<Spec>, detail::block_member, Spec>;

  typename Spec::Position position;
  Embedding embedding;
  std::vector<std::int64_t> order;  // of blocks, by depth
  std::vector<Block> blocks;
  std::optional<Norm> final_norm;

  // Throws ArgumentError for a shape that a policy cannot take.
  Encoder(Builder b, const Config<Spec>& config)
      : position(construct<typename Spec::Position>(checked(b, config) / "position", config.shape, config.position)),
        embedding(construct<Embedding>(b / "embedding", config.shape, config.norm, config.embedding)) {
    const auto stack = construct<Stack>(config.shape, config.stack);
    order = stack.order;
    const std::int64_t depth = std::int64_t(order.size());
    for (std::int64_t i = 0; i < depth; ++i)  // blocks are built where they first stand
      if (const std::int64_t block = order[std::size_t(i)]; block == std::int64_t(blocks.size()))
        blocks.emplace_back(stack.place(b / "layers", block), config, position, LayerPlace{i, depth});
    if constexpr (Spec::Placement::final_norm)
      final_norm = construct<Norm>(b / "final_norm", config.shape.hidden, config.norm);
    if constexpr (requires { Spec::Placement::scale_initial(b / "layers", depth); })
      Spec::Placement::scale_initial(b / "layers", depth);
  }

  // Whether sequences may be longer than the shape's max_positions.
  bool endless() const { return endless_positions(position); }

  // -> [N, C]. Taps "hidden_states" 0 (embeddings) to L; the last one is what is returned.
  auto operator()(auto& ex, const BatchIndices& in) const {
    return (*this)(ex, in, [](const auto&) {});
  }
  // The same; keep(x) sees what the last block reads.
  auto operator()(auto& ex, const BatchIndices& in, auto&& keep) const {
    auto x = embedding(ex, in, position);
    Carried<decltype(x)> carried;
    for (std::size_t i = 0; i < order.size(); ++i) {
      ex.tap("hidden_states", std::int64_t(i), x);
      if (i + 1 == order.size()) keep(x);
      auto scope = ex.scope(std::int64_t(i));
      x = detail::with_carried(blocks[std::size_t(order[i])], ex, x, carried);
    }
    if (final_norm) x = (*final_norm)(ex, x);
    ex.tap("hidden_states", std::int64_t(order.size()), x);
    return x;
  }
  // Calls write(parameter, value) for what blocks derive from weights (models/prepare.hpp).
  static constexpr bool prepares = requires { Spec::template Attention<typename Spec::Position>::prepares; };
  void prepare(auto& ex, auto&& write) const
    requires prepares
  {
    for (const Block& block : blocks) block.attention.prepare(ex, write);
  }
  // The last block once more, with queries from elsewhere (EncoderBlock::with_queries); `pass` numbers such calls.
  auto last_block(auto& ex, const auto& queries, const auto& x, std::int64_t pass) const {
    auto scope = ex.scope(std::int64_t(order.size()) + pass);
    return blocks[std::size_t(order.back())].with_queries(ex, queries, x);
  }

 private:
  static Builder checked(Builder b, const Config<Spec>& config) {
    config.shape.check();
    return b;
  }
};

// Of a spec that Config has said something about: inert, so that nothing else is said.
template <class Spec>
  requires(!SoundSpec<Spec>)
struct Encoder<Spec> {
  NoPolicy position;
  struct {
    ParameterId word;
  } embedding;

  Encoder(Builder, const Config<Spec>&) {}
  bool endless() const { return false; }
  auto operator()(auto& ex, const BatchIndices&, auto&&...) const {
    return typename std::remove_reference_t<decltype(ex)>::Value{};
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
    Spec::Position::template require_fit<Spec::Position::fits(config.shape, config.position)>();
  return config;
}

}  // namespace encore
