// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 12 of 16") {
  check<Combination<LayerNorm, PreNorm, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, Fire, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PostNorm, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<NoNorm, SandwichNorm, Fire, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<ScaleNorm, LayerScale, Fire, MultiHeadAttention, Mlp, ProjectedEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<DynamicTanh, ReZero, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, DeepNorm, Fire, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, DisentangledPosition<LayerNorm>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, DisentangledPosition<LayerNorm>, DisentangledAttention, Glu<Gate::second>, FactorisedEmbedding, Repeat, EncoderBlock>>();
}
