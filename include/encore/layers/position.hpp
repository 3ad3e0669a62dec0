// SPDX-License-Identifier: Apache-2.0
// Position policies. Each implements the hooks it needs (docs/design.md): add_to (E, terms of the embedding sum), lower
// (QK, C, B, M: what attention reads), or a nested Layer whose parameters belong to one layer.
#pragma once

#include <encore/layers/model_shape.hpp>
#include <encore/ops/attention.hpp>
#include <encore/ops/rows.hpp>

#include <cmath>
#include <concepts>

namespace encore {

// Hook E.
template <class P>
concept AddsToEmbedding = requires(const P& p, op::Embed& embed, Indices positions) { p.add_to(embed, positions); };
// Hooks into attention, the same in every layer.
template <class P>
concept LowersAttention = requires(const P& p, AttentionSpec& spec) { p.lower(spec); };
// Hooks into attention with parameters in each layer: P::Layer(Builder, const P&), lower.
template <class P>
concept HasLayerPart = requires(const typename P::Layer& layer, AttentionSpec& spec) { layer.lower(spec); };

// Appends a term to an embedding sum. Throws ArgumentError where it is full.
inline void add_term(op::Embed& embed, EmbedTerm term) {
  if (embed.count == op::Embed::max_terms)
    throw ArgumentError("embed: more than " + std::to_string(op::Embed::max_terms) + " terms");
  embed.terms[embed.count++] = term;
}

// No positions: attention sees a bag of words.
struct NoPosition {
  NoPosition(Builder, const ModelShape&) {}
};

// x_p += P[p + offset]. Parameter `weight` [max_positions + offset, C]. BERT: offset 0; RoBERTa: padding index + 1.
struct LearnedPosition {
  struct Options {
    std::int64_t offset = 0;
  };
  ParameterId table;
  std::int64_t offset;

  LearnedPosition(Builder b, const ModelShape& shape, const Options& options)
      : table(b.table("weight", shape.max_positions + options.offset, shape.hidden)), offset(options.offset) {}
  void add_to(op::Embed& embed, Indices positions) const { add_term(embed, {table, positions, offset}); }
};

// P[p, 2i] = sin(p / 10000^(2i/C)), P[p, 2i+1] = cos of the same. Vaswani et al. 2017, section 3.5.
struct SinusoidalPosition {
  struct Options {
    double base = 10000;
  };
  ParameterId table;

  SinusoidalPosition(Builder b, const ModelShape& shape, const Options& options)
      : table(b.constant("sinusoids", shape.max_positions, shape.hidden,
                         [width = double(shape.hidden), base = options.base](std::int64_t p, std::int64_t c) {
                           const double angle = double(p) / std::pow(base, double(c / 2 * 2) / width);
                           return c % 2 ? std::cos(angle) : std::sin(angle);
                         })) {}
  void add_to(op::Embed& embed, Indices positions) const { add_term(embed, {table, positions, 0}); }
};

// How rotated pairs lie in a head: (x_i, x_{i + r/2}) as in GPT-NeoX and ModernBERT, or (x_2i, x_2i+1) as in RoFormer.
enum class Pairs : std::uint8_t { half, interleaved };

// q and k turn by p / base^(2i/r) in each pair i of their first r columns. Su et al. 2021, RoFormer.
template <Pairs pairs = Pairs::half>
struct Rope {
  struct Options {
    double base = 10000;
    std::int64_t rotary = 0;  // r; 0: the whole head
  };
  ParameterId cosine;
  ParameterId sine;
  std::int64_t rotary;

  Rope(Builder b, const ModelShape& shape, const Options& options)
      : rotary(options.rotary ? options.rotary : shape.head_size()) {
    if (rotary % 2 != 0 || rotary <= 0 || rotary > shape.head_size())
      throw ArgumentError("RoPE needs an even number of rotated columns within a head: " + std::to_string(rotary) +
                          " of head size " + std::to_string(shape.head_size()));
    auto angle = [base = options.base, width = double(rotary)](std::int64_t p, std::int64_t i) {
      return double(p) * std::pow(base, -2.0 * double(i) / width);
    };
    cosine = b.constant("cosine", shape.max_positions, rotary / 2,
                        [angle](std::int64_t p, std::int64_t i) { return std::cos(angle(p, i)); });
    sine = b.constant("sine", shape.max_positions, rotary / 2,
                      [angle](std::int64_t p, std::int64_t i) { return std::sin(angle(p, i)); });
  }
  void lower(AttentionSpec& spec) const {
    spec.cosine = cosine;
    spec.sine = sine;
    spec.rotary = rotary;
    spec.interleaved = pairs == Pairs::interleaved;
  }
  // What can be known at compile time (static_config).
  static constexpr bool fits(const ModelShape& shape, const Options& options) {
    return (options.rotary ? options.rotary : shape.head_size()) % 2 == 0;
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

  RelativePosition(Builder, const ModelShape& s, const Options& options) : shape(s), terms(options.terms) {}

  struct Layer {
    ParameterId table;
    RelativeTerms terms;
    Layer(Builder b, const RelativePosition& position)
        : table((b / "relative").table("weight", 2 * position.shape.max_positions - 1, position.shape.head_size())),
          terms(position.terms) {}
    void lower(AttentionSpec& spec) const {
      spec.relative = table;
      spec.relative_to_key = terms == RelativeTerms::key_and_query;
    }
  };
};

}  // namespace encore
