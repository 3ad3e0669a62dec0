// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 8 of 16") {
  check<Combination<UnitOffset<LayerNorm>, PreNorm, RelativePosition, MultiHeadAttention, Glu<>, ProjectedEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<LayerNorm, PostNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, TransformerXlPosition, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<LayerNorm, ReZero, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, StochasticDepth<PreNorm>, TransformerXlPosition, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, PostNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<ScaleNorm, PreNorm, TransformerXlPosition, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<DynamicTanh, PreNormAfterFirst, TransformerXlPosition, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, ParallelFirst::Block>>();
  check<Combination<UnitOffset<LayerNorm>, SandwichNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
