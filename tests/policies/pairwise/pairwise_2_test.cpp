// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 2 of 15") {
  check<Combination<LayerNorm, SandwichNorm, SinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, SinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, PostNorm, SinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<LayerNorm, LayerScale, ScaledSinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, ScaledSinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PreNormAfterFirst, ScaledSinusoidalPosition, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, BottleneckBlock>>();
  check<Combination<NoNorm, PostNorm, ScaledSinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PostNorm, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
