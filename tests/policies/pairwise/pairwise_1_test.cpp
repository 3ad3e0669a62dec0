// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 1 of 15") {
  check<Combination<LayerNorm, PostNorm, NoPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, NoPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, NoPosition, MultiHeadAttention, Mlp, TrigramEmbedding, SharedGroups, BottleneckBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, NoPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, LayerScale, NoPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, BottleneckBlock>>();
  check<Combination<UnitOffset<LayerNorm>, LayerScale, NoPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, BottleneckBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, LearnedPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, PreNormAfterFirst, LearnedPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<DynamicTanh, LayerScale, LearnedPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, BottleneckBlock>>();
}
