// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 3 of 15") {
  check<Combination<LayerNorm, LayerScale, Rope<>, MultiHeadAttention, Glu<>, WordEmbedding, SharedPattern, ParallelBlock>>();
  check<Combination<RmsNorm, PreNorm, Rope<>, MultiHeadAttention, Glu<Gate::second>, TrigramEmbedding, Repeat, ParallelFirst::Block>>();
  check<Combination<NoNorm, DeepNorm, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<ScaleNorm, StochasticDepth<PreNorm>, Rope<>, MultiHeadAttention, Mlp, ProjectedEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<DynamicTanh, SandwichNorm, Rope<>, MultiHeadAttention, Mlp, FactorisedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, ReZero, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PostNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Glu<Gate::second>, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
