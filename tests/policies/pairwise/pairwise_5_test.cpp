// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 5 of 17") {
  check<Combination<RmsNorm, SandwichNorm, DynamicRope<>, MultiHeadAttention, Mlp, FactorisedEmbedding, SharedGroups, ParallelFirst::Block>>();
  check<Combination<NoNorm, PreNorm, DynamicRope<>, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, SharedPattern, ParallelBlock>>();
  check<Combination<ScaleNorm, PostNorm, DynamicRope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, DeepNorm, DynamicRope<>, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<UnitOffset<LayerNorm>, StochasticDepth<PreNorm>, DynamicRope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, XPos<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, XPos<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, XPos<>, MultiHeadAttention, Mlp, TrigramEmbedding, SharedGroups, ParallelFirst::Block>>();
  check<Combination<LayerNorm, ReZero, XPos<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
