// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 4 of 16") {
  check<Combination<ScaleNorm, PostNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<DynamicTanh, StochasticDepth<PreNorm>, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, PostNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, DynamicRope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, DynamicRope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, DynamicRope<>, MultiHeadAttention, Glu<>, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, DynamicRope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, SandwichNorm, DynamicRope<>, MultiHeadAttention, Mlp, FactorisedEmbedding, SharedGroups, ParallelFirst::Block>>();
  check<Combination<NoNorm, PreNorm, DynamicRope<>, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, SharedPattern, ParallelBlock>>();
  check<Combination<ScaleNorm, PostNorm, DynamicRope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
