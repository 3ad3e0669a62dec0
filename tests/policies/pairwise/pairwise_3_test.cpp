// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 3 of 6") {
  check<Combination<LayerNorm, PreNormAfterFirst, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, Rope<>, MultiHeadAttention, Glu<Gate::second>, ProjectedEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<RmsNorm, PostNorm, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<NoNorm, PreNorm, Rope<>, MultiHeadAttention, Glu<>, TrigramEmbedding, SharedPattern, ParallelBlock>>();
  check<Combination<LayerNorm, PostNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, TrigramEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<LayerNorm, SandwichNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PreNormAfterFirst, Rope<Pairs::interleaved>, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, SandwichNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedGroups, ParallelBlock>>();
  check<Combination<LayerNorm, PostNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Glu<>, TrigramEmbedding, Repeat, EncoderBlock>>();
}
