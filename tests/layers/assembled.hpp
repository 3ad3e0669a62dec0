// SPDX-License-Identifier: Apache-2.0
// Specs put together from any four policies, and their numbers.
#pragma once

#include "catch.hpp"

#include <encore/layers.hpp>
#include <encore/testing/properties.hpp>

namespace layers_test {

using namespace encore;

template <class N, class Pl, class Po, class F>
struct Assembled {
  using Norm = N;
  using Placement = Pl;
  using Position = Po;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = F;
  template <class M>
  using Embedding = TokenEmbedding<M>;
};

// Small and odd where it may be: head size 4 (RoPE wants it even), a middle of 5. eps is large, so that a wrong place
// of it shows.
template <class Spec>
Config<Spec> small_config(std::int64_t layers = 1) {
  Config<Spec> config;
  config.shape = {
      .vocabulary = 7, .hidden = 8, .layers = layers, .heads = 2, .intermediate = 5, .max_positions = 19, .types = 2};
  config.norm.eps = 0.01;
  return config;
}

// Gradients of every parameter, Infer equals Record, and no sequence sees another.
template <class Spec>
void check_spec(const Config<Spec>& config) {
  const encore::testing::PropertyReport report = encore::testing::check_encoder<Spec>(config);
  CHECK(report.properties.size() == (Encoder<Spec>::prepares ? 4 : 3));
  CHECK(report.failures() == "");
}

}  // namespace layers_test
