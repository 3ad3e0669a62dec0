// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 1 of 6") {
  check<Combination<LayerNorm, PostNorm, NoPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, NoPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, NoPosition, MultiHeadAttention, Glu<Gate::second>, ProjectedEmbedding, SharedGroups, ParallelBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, NoPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PreNorm, NoPosition, MultiHeadAttention, Mlp, FactorisedEmbedding, SharedPattern, BottleneckBlock>>();
  check<Combination<NoNorm, SandwichNorm, NoPosition, MultiHeadAttention, Glu<>, TrigramEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<LayerNorm, PreNorm, LearnedPosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, LearnedPosition, MultiHeadAttention, Glu<>, FactorisedEmbedding, Repeat, ParallelBlock>>();
  check<Combination<LayerNorm, PreNorm, LearnedPosition, MultiHeadAttention, Glu<>, TrigramEmbedding, Repeat, BottleneckBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, LearnedPosition, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
}
