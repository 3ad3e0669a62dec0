// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 9 of 17") {
  check<Combination<RmsNorm, StochasticDepth<PreNorm>, TransformerXlPosition, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, PostNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<ScaleNorm, PreNorm, TransformerXlPosition, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<DynamicTanh, PreNormAfterFirst, TransformerXlPosition, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, ParallelFirst::Block>>();
  check<Combination<UnitOffset<LayerNorm>, SandwichNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, T5Bias, MultiHeadAttention, Mlp, TrigramEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
