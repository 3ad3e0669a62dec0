// SPDX-License-Identifier: Apache-2.0
// Token sequences of mixed lengths, and encoders of odd sizes for them.
#pragma once

#include "exec/contexts.hpp"

#include <encore/layers.hpp>

#include <algorithm>
#include <random>

namespace exec_test {

inline std::vector<Encoding> texts(std::size_t count, std::int64_t vocabulary, std::int64_t longest,
                                   std::uint32_t seed = 1) {
  std::mt19937 engine(seed);
  std::lognormal_distribution<double> length(3.0, 0.8);
  std::vector<Encoding> result(count);
  for (Encoding& text : result) {
    const std::int64_t n = std::clamp<std::int64_t>(std::int64_t(length(engine)), 1, longest);
    for (std::int64_t i = 0; i < n; ++i) {
      text.ids.push_back(std::int32_t(engine() % std::uint32_t(vocabulary)));
      text.type_ids.push_back(i > n / 2);
    }
  }
  return result;
}

// A text of exactly that length.
inline Encoding text_of(std::int64_t length, std::int64_t vocabulary) {
  Encoding text;
  for (std::int64_t i = 0; i < length; ++i) text.ids.push_back(std::int32_t(i * 7 % vocabulary));
  return text;
}

// The BERT block, and one with every other policy. Neither includes a reader of files, which would double what a test
// takes to compile.
template <class P>
struct BertBlockSpec {
  using Norm = LayerNorm;
  using Placement = PostNorm;
  using Position = P;
  template <class Q>
  using Attention = MultiHeadAttention<Q>;
  using FeedForward = Mlp;
  template <class N>
  using Embedding = TokenEmbedding<N>;
};
struct ModernBlockSpec : BertBlockSpec<Rope<>> {
  using Norm = RmsNorm;
  using Placement = PreNorm;
  using FeedForward = Glu<>;
};

// Odd sizes; the middle of 107 or, gated and computed with its product, of 128.
template <class Spec>
Config<Spec> odd_config() {
  Config<Spec> config;
  config.shape = {.vocabulary = 211,
                  .hidden = 60,
                  .layers = 2,
                  .heads = 5,
                  .intermediate = std::is_same_v<Spec, ModernBlockSpec> ? 128 : 107,
                  .max_positions = 400,
                  .types = 2};
  return config;
}

// A vector a text: the mean of its rows.
template <class Spec>
struct MeanEncoder {
  explicit MeanEncoder(const Config<Spec>& config) : encoder(Builder(*layout), config) {}

  auto operator()(auto& ex, const BatchIndices& in) const { return ex.pool(Pooling::mean, encoder(ex, in)); }

  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  Encoder<Spec> encoder;
};

}  // namespace exec_test
