// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 9 of 16") {
  check<Combination<LayerNorm, SandwichNorm, T5Bias, MultiHeadAttention, Mlp, TrigramEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PreNorm, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<NoNorm, PostNorm, T5Bias, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<ScaleNorm, PreNormAfterFirst, T5Bias, MultiHeadAttention, Glu<Gate::second>, ProjectedEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<DynamicTanh, PreNorm, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, StochasticDepth<PreNorm>, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
