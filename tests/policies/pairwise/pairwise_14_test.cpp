// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 14 of 17") {
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PostNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, ProjectedEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<NoNorm, PreNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Glu<>, WordEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<ScaleNorm, SandwichNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, TrigramEmbedding, Repeat, ParallelBlock>>();
  check<Combination<DynamicTanh, PreNormAfterFirst, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, SandwichNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, ReZero, NoPosition, EluAttention, Glu<Gate::second>, WordEmbedding, SharedGroups, ParallelFirst::Block>>();
  check<Combination<DynamicTanh, PreNormAfterFirst, NoPosition, EluAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, LearnedPosition, EluAttention, Glu<>, FactorisedEmbedding, SharedGroups, ConvolvedBlock>>();
}
