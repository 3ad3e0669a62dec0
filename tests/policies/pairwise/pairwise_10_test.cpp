// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 10 of 15") {
  check<Combination<DynamicTanh, LayerScale, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, SandwichNorm, Alibi, MultiHeadAttention, Mlp, FactorisedEmbedding, Repeat, ParallelBlock>>();
  check<Combination<LayerNorm, PreNorm, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, Kerple, MultiHeadAttention, Glu<Gate::second>, TrigramEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<LayerNorm, ReZero, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, StochasticDepth<PreNorm>, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<NoNorm, SandwichNorm, Kerple, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<ScaleNorm, LayerScale, Kerple, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<DynamicTanh, PostNorm, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
