// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 2 of 17") {
  check<Combination<LayerNorm, DeepNorm, ScaledSinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, ScaledSinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, LayerScale, ScaledSinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, BottleneckBlock>>();
  check<Combination<DynamicTanh, StochasticDepth<PreNorm>, ScaledSinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<UnitOffset<LayerNorm>, LayerScale, ScaledSinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, BottleneckBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, Rope<>, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedGroups, ParallelBlock>>();
  check<Combination<LayerNorm, ReZero, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
