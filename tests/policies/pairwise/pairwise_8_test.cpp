// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 8 of 17") {
  check<Combination<RmsNorm, StochasticDepth<PreNorm>, RelativePosition, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, Repeat, ParallelFirst::Block>>();
  check<Combination<NoNorm, LayerScale, RelativePosition, MultiHeadAttention, Mlp, FactorisedEmbedding, Repeat, ParallelBlock>>();
  check<Combination<ScaleNorm, PostNorm, RelativePosition, MultiHeadAttention, Mlp, TrigramEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<DynamicTanh, PreNormAfterFirst, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, PreNorm, RelativePosition, MultiHeadAttention, Glu<>, ProjectedEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<LayerNorm, PostNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, TransformerXlPosition, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<LayerNorm, ReZero, TransformerXlPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
