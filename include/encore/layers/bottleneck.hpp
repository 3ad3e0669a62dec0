// SPDX-License-Identifier: Apache-2.0
// Layers that work at a smaller width than the hidden states have. Sun et al. 2020, "MobileBERT: a Compact Task-Agnostic
// BERT for Resource-Limited Devices"; transformers models/mobilebert.
#pragma once

#include <encore/layers/encoder.hpp>
#include <encore/layers/placement.hpp>

#include <optional>
#include <vector>

namespace encore {

// Numbers of BottleneckBlock. T: the width inside, C: that of hidden states.
struct BottleneckOptions {
  std::int64_t width = 0;                 // T; 0: no bottleneck, T = C
  std::int64_t feed_forwards = 4;         // in a row
  bool shared_query_key = true;           // both from one map of the input to T; else from the input (T = C)
  bool bottleneck_attention = false;      // queries, keys and values from the bottlenecked input
  std::optional<double> last_norm_eps{};  // of the last feed-forward's norm, where it differs
};

// x -> h = norm(in(x)); a = norm(out(attention) + h); a = norm(ffn(a) + a), several times; y = norm(up(a) + x).
// [N, C] -> [N, C]. Queries and keys come from one map of x or from h, values from x or h. Parameters `in`, `in_norm`,
// `query_key`, `query_key_norm`, `query`, `key`, `value`, `out`, `attention_norm`, `feed_forwards.{}.in|out|norm`,
// `last_feed_forward`, `up`, `up_norm`.
template <class Spec>
struct BottleneckBlock {
  using Norm = typename Spec::Norm;
  // norm(dense(x)), [N, C] -> [N, T].
  struct Narrow {
    Linear dense;
    Norm norm;
    auto operator()(auto& ex, const auto& x) const {
      auto mapped = dense(ex, x);
      return norm(ex, mapped);
    }
  };
  // One of the block's narrow feed-forwards, norm(out(activation(in(x))) + x) at width T.
  struct FeedForward {
    Linear in, out;
    Norm norm;
  };

  std::optional<Narrow> in, query_key;
  Linear query, key, value, out;
  Norm attention_norm;
  std::vector<FeedForward> feed_forwards;
  std::optional<Linear> up;
  std::optional<Norm> up_norm;
  Activation activation;
  bool bottleneck_attention;
  float dropout;
  AttentionSpec spec;

  // Throws ArgumentError for queries and keys of a width that the input does not have.
  BottleneckBlock(Builder b, const Config<Spec>& config, const typename Spec::Position&, const LayerPlace&)
      : BottleneckBlock(b, config, config.block, config.block.width ? config.block.width : config.shape.hidden) {
    static_assert(!ActsOnScores<typename Spec::Position>,
                  "encore: the attention of a bottleneck block has no place for this position policy's hooks");
  }

  auto operator()(auto& ex, const auto& x) const {
    auto h = in ? (*in)(ex, x) : x;
    auto shared = query_key ? (*query_key)(ex, x) : bottleneck_attention ? h : x;
    auto q = query(ex, shared);
    auto k = key(ex, shared);
    shared = {};
    auto v = value(ex, bottleneck_attention ? h : x);
    auto mixed = ex.attention(spec, q, k, v);
    q = k = v = {};
    auto mapped = kept(ex, out(ex, mixed));
    auto a = residual_norm(ex, attention_norm, h, mapped);
    mapped = h = mixed = {};
    for (const FeedForward& layer : feed_forwards) {
      auto wide = layer.in(ex, a);
      auto active = ex.activate(activation, wide);
      auto narrow = kept(ex, layer.out(ex, active));
      a = residual_norm(ex, layer.norm, a, narrow);
    }
    if (!up) return a;
    auto y = (*up)(ex, a);
    auto dropped = ex.dropout(y, dropout);
    return (*up_norm)(ex, x, dropped);
  }

 private:
  BottleneckBlock(Builder b, const Config<Spec>& config, const BottleneckOptions& options, std::int64_t width)
      : query(b / "query", width, width),
        key(b / "key", width, width),
        value(b / "value", options.bottleneck_attention ? width : config.shape.hidden, width),
        out(b / "out", width, width),
        attention_norm(construct<Norm>(b / "attention_norm", width, config.norm)),
        activation(config.feed_forward.activation),
        bottleneck_attention(options.bottleneck_attention || !options.width),
        dropout(config.shape.dropout) {
    const std::int64_t hidden = config.shape.hidden;
    if (options.width) {
      in.emplace(narrow(b, "in", hidden, width, config));
      if (options.shared_query_key && !options.bottleneck_attention)
        query_key.emplace(narrow(b, "query_key", hidden, width, config));
      else if (!options.bottleneck_attention && hidden != width)
        throw ArgumentError("bottleneck: queries and keys of width " + std::to_string(width) +
                            " cannot read an input of width " + std::to_string(hidden));
      up.emplace(b / "up", width, hidden);
      up_norm.emplace(construct<Norm>(b / "up_norm", hidden, config.norm));
    }
    for (std::int64_t i = 0; i < options.feed_forwards; ++i) {
      const bool last = i + 1 == options.feed_forwards;
      const Builder layer = last ? b / "last_feed_forward" : b / "feed_forwards" / i;
      auto norm = config.norm;
      if constexpr (requires { norm.eps; })
        if (last && options.last_norm_eps) norm.eps = *options.last_norm_eps;
      feed_forwards.push_back({Linear(layer / "in", width, config.shape.feed_forward_width()),
                               Linear(layer / "out", config.shape.feed_forward_width(), width),
                               construct<Norm>(layer / "norm", width, norm)});
    }
    spec.heads = spec.kv_heads = config.shape.heads;
    spec.head_size = config.shape.head_size();
    spec.scale = 1.0 / std::sqrt(double(spec.head_size));
  }
  static Narrow narrow(Builder b, std::string_view name, std::int64_t from, std::int64_t to,
                       const Config<Spec>& config) {
    return {Linear(b / name, from, to), construct<Norm>(b / (std::string(name) + "_norm"), to, config.norm)};
  }
  // Nothing is dropped inside a bottleneck.
  auto kept(auto& ex, const auto& x) const { return up ? x : ex.dropout(x, dropout); }
};

// norm(project([x_{t+1}; x_t; x_{t-1}]) + type + position): x [N, E] the words' embeddings, zeros past the ends of a
// sequence, the other tables at the hidden width. Without trigrams project(x_t), or x_t where E = C. Parameters
// `word.weight`, `type.weight`, `project`, `norm`.
template <class Norm>
struct TrigramEmbedding {
  // Whether neighbours stand beside each word, and a norm of its own.
  struct Options {
    bool trigrams = true;
    std::optional<options_t<Norm>> norm{};  // where they differ from the layers'
  };
  ParameterId word;
  ParameterId type;
  bool trigrams;
  std::optional<Linear> project;
  Norm norm;
  float dropout;

  TrigramEmbedding(Builder b, const ModelShape& shape, const options_t<Norm>& norm_options, const Options& options)
      : word((b / "word").table("weight", shape.vocabulary, shape.embedding_width())),
        trigrams(options.trigrams),
        norm(construct<Norm>(b / "norm", shape.hidden, options.norm ? *options.norm : norm_options)),
        dropout(shape.dropout) {
    if (shape.types) type = (b / "type").table("weight", shape.types, shape.hidden);
    if (trigrams || shape.embedding_width() != shape.hidden)
      project.emplace(b / "project", (trigrams ? 3 : 1) * shape.embedding_width(), shape.hidden);
  }

  template <class Position>
  auto operator()(auto& ex, const BatchIndices& in, const Position& position) const {
    op::Embed words;
    words.add({word, in.ids, 0});
    auto x = ex.embed(words);
    if (trigrams) {
      auto next = ex.shift(x, 1);
      auto previous = ex.shift(x, -1);
      x = ex.concat(next, x, previous);
    }
    if (project) x = (*project)(ex, x);
    if constexpr (GivesRows<Position, std::remove_reference_t<decltype(ex)>>)
      x = ex.add(x, position.rows(ex, in.positions));
    op::Embed others;
    if (type) others.add({type, in.type_ids, 0});
    if constexpr (AddsToEmbedding<Position>) position.add_to(others, positions_for(ex, in, position));
    if (others.count == 0) {
      auto normal = norm(ex, x);
      return ex.dropout(normal, dropout);
    }
    auto rest = ex.embed(others);
    auto normal = residual_norm(ex, norm, rest, x);
    return ex.dropout(normal, dropout);
  }
};

}  // namespace encore
