// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 5 of 6") {
  check<Combination<LayerNorm, SandwichNorm, T5Bias, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, T5Bias, MultiHeadAttention, Glu<>, ProjectedEmbedding, SharedPattern, ParallelBlock>>();
  check<Combination<RmsNorm, PreNorm, T5Bias, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<NoNorm, PostNorm, T5Bias, MultiHeadAttention, Mlp, FactorisedEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<LayerNorm, PostNorm, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, Alibi, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<RmsNorm, PostNorm, Alibi, MultiHeadAttention, Mlp, TrigramEmbedding, SharedGroups, ParallelBlock>>();
  check<Combination<NoNorm, PreNorm, Alibi, MultiHeadAttention, Glu<Gate::second>, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PostNorm, Kerple, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
}
