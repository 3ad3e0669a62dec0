// SPDX-License-Identifier: Apache-2.0
// BERT's policies, for cases that hide one of them.
#pragma once

#include <encore/layers.hpp>

struct UsualSpec {
  using Norm = encore::LayerNorm;
  using Placement = encore::PostNorm;
  using Position = encore::LearnedPosition;
  template <class P>
  using Attention = encore::MultiHeadAttention<P>;
  using FeedForward = encore::Mlp;
  template <class N>
  using Embedding = encore::TokenEmbedding<N>;
};
