// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 4 of 17") {
  check<Combination<RmsNorm, DeepNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Glu<>, WordEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<NoNorm, ReZero, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<ScaleNorm, PostNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<DynamicTanh, StochasticDepth<PreNorm>, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, PostNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, DynamicRope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, DynamicRope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, DynamicRope<>, MultiHeadAttention, Glu<>, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, DynamicRope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
