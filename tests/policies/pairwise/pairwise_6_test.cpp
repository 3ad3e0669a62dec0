// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 6 of 6") {
  check<Combination<LayerNorm, PreNorm, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, Kerple, MultiHeadAttention, Mlp, FactorisedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PreNorm, Kerple, MultiHeadAttention, Glu<Gate::second>, TrigramEmbedding, SharedPattern, ParallelBlock>>();
  check<Combination<NoNorm, PreNormAfterFirst, Kerple, MultiHeadAttention, Glu<>, WordEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<LayerNorm, PostNorm, DisentangledPosition<LayerNorm>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Glu<>, FactorisedEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<LayerNorm, SandwichNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PreNormAfterFirst, DisentangledPosition<LayerNorm>, DisentangledAttention, Glu<Gate::second>, FactorisedEmbedding, SharedPattern, EncoderBlock>>();
  check<Combination<NoNorm, PostNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, ProjectedEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<NoNorm, PostNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Glu<Gate::second>, TrigramEmbedding, Repeat, ParallelBlock>>();
}
