// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 12 of 17") {
  check<Combination<RmsNorm, ReZero, Kerple, MultiHeadAttention, Glu<Gate::second>, FactorisedEmbedding, Repeat, ParallelFirst::Block>>();
  check<Combination<NoNorm, PreNormAfterFirst, Kerple, MultiHeadAttention, Glu<>, TrigramEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<ScaleNorm, PreNorm, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, DeepNorm, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, DeepNorm, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<LayerNorm, PostNorm, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, Fire, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
