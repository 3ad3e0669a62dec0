// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 8 of 15") {
  check<Combination<ScaleNorm, PreNormAfterFirst, TransformerXlPosition, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<DynamicTanh, LayerScale, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, SandwichNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, T5Bias, MultiHeadAttention, Glu<Gate::second>, TrigramEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<LayerNorm, ReZero, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PreNorm, T5Bias, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, PostNorm, T5Bias, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedPattern, ParallelFirst::Block>>();
}
