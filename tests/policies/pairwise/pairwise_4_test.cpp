// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 4 of 6") {
  check<Combination<LayerNorm, PreNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, FactorisedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, SandwichNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<NoNorm, PreNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Glu<Gate::second>, ProjectedEmbedding, SharedPattern, ParallelBlock>>();
  check<Combination<LayerNorm, PreNorm, RelativePosition, MultiHeadAttention, Glu<>, WordEmbedding, SharedPattern, ParallelBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, RelativePosition, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PostNorm, RelativePosition, MultiHeadAttention, Glu<Gate::second>, FactorisedEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<NoNorm, PreNorm, RelativePosition, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, T5Bias, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, EncoderBlock>>();
}
