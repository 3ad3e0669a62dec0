// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 4 of 15") {
  check<Combination<LayerNorm, ReZero, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, DeepNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Glu<>, WordEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<NoNorm, PostNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, FactorisedEmbedding, SharedGroups, ParallelBlock>>();
  check<Combination<ScaleNorm, PreNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, StochasticDepth<PreNorm>, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<UnitOffset<LayerNorm>, SandwichNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, XPos<>, MultiHeadAttention, Glu<>, ProjectedEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<LayerNorm, LayerScale, XPos<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, XPos<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, XPos<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
