// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 1 of 17") {
  check<Combination<LayerNorm, PostNorm, NoPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, StochasticDepth<PreNorm>, NoPosition, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, BottleneckBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, LearnedPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, LearnedPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, LayerScale, LearnedPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, StochasticDepth<PreNorm>, SinusoidalPosition, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, BottleneckBlock>>();
  check<Combination<DynamicTanh, PreNorm, SinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, ScaledSinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
