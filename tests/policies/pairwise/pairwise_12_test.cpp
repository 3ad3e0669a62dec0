// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 12 of 15") {
  check<Combination<UnitOffset<LayerNorm>, LayerScale, Fire, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, DisentangledPosition<LayerNorm>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Glu<Gate::second>, FactorisedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PostNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, ProjectedEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<NoNorm, PreNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, SandwichNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Glu<>, WordEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<ScaleNorm, LayerScale, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, TrigramEmbedding, SharedPattern, ParallelBlock>>();
  check<Combination<DynamicTanh, ReZero, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
}
