// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 7 of 15") {
  check<Combination<NoNorm, SandwichNorm, RelativePosition, MultiHeadAttention, Mlp, FactorisedEmbedding, Repeat, ParallelBlock>>();
  check<Combination<ScaleNorm, DeepNorm, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, PreNormAfterFirst, RelativePosition, MultiHeadAttention, Glu<Gate::second>, ProjectedEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<UnitOffset<LayerNorm>, PostNorm, RelativePosition, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PostNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, TransformerXlPosition, MultiHeadAttention, Glu<Gate::second>, FactorisedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<RmsNorm, ReZero, TransformerXlPosition, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, SandwichNorm, TransformerXlPosition, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, ParallelBlock>>();
}
