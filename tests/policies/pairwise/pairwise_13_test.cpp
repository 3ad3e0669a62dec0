// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 13 of 17") {
  check<Combination<RmsNorm, PostNorm, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<NoNorm, SandwichNorm, Fire, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<ScaleNorm, LayerScale, Fire, MultiHeadAttention, Mlp, ProjectedEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<DynamicTanh, ReZero, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, DeepNorm, Fire, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, DisentangledPosition<LayerNorm>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Glu<Gate::second>, FactorisedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
