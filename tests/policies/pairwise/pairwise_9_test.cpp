// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 9 of 15") {
  check<Combination<ScaleNorm, SandwichNorm, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<DynamicTanh, StochasticDepth<PreNorm>, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, PreNormAfterFirst, T5Bias, MultiHeadAttention, Glu<Gate::second>, ProjectedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<LayerNorm, PostNorm, Alibi, MultiHeadAttention, Glu<>, FactorisedEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<LayerNorm, DeepNorm, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, SandwichNorm, Alibi, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, PreNormAfterFirst, Alibi, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<ScaleNorm, PreNorm, Alibi, MultiHeadAttention, Mlp, ProjectedEmbedding, SharedPattern, ParallelFirst::Block>>();
}
