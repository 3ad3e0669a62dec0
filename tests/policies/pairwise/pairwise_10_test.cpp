// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 10 of 17") {
  check<Combination<RmsNorm, PreNorm, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<NoNorm, PostNorm, T5Bias, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<ScaleNorm, PreNormAfterFirst, T5Bias, MultiHeadAttention, Glu<Gate::second>, ProjectedEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<DynamicTanh, PreNorm, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, StochasticDepth<PreNorm>, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, Alibi, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
