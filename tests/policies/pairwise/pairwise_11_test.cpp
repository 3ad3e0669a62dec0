// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 11 of 15") {
  check<Combination<UnitOffset<LayerNorm>, DeepNorm, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, Fire, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedPattern, EncoderBlock>>();
  check<Combination<RmsNorm, PostNorm, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<NoNorm, DeepNorm, Fire, MultiHeadAttention, Mlp, TrigramEmbedding, SharedGroups, ParallelFirst::Block>>();
  check<Combination<ScaleNorm, SandwichNorm, Fire, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<DynamicTanh, PostNorm, Fire, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
