// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 2 of 6") {
  check<Combination<LayerNorm, SandwichNorm, LearnedPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PostNorm, LearnedPosition, MultiHeadAttention, Glu<Gate::second>, ProjectedEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<NoNorm, PreNorm, LearnedPosition, MultiHeadAttention, Mlp, WordEmbedding, SharedGroups, BottleneckBlock>>();
  check<Combination<LayerNorm, PostNorm, SinusoidalPosition, MultiHeadAttention, Glu<>, ProjectedEmbedding, SharedGroups, BottleneckBlock>>();
  check<Combination<LayerNorm, PostNorm, SinusoidalPosition, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<LayerNorm, PreNorm, SinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, SinusoidalPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PreNormAfterFirst, SinusoidalPosition, MultiHeadAttention, Glu<>, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, PreNorm, SinusoidalPosition, MultiHeadAttention, Mlp, FactorisedEmbedding, SharedPattern, ParallelBlock>>();
  check<Combination<LayerNorm, PreNorm, Rope<>, MultiHeadAttention, Mlp, FactorisedEmbedding, Repeat, EncoderBlock>>();
}
