// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 3 of 17") {
  check<Combination<RmsNorm, PreNorm, Rope<>, MultiHeadAttention, Glu<Gate::second>, TrigramEmbedding, Repeat, ParallelFirst::Block>>();
  check<Combination<NoNorm, PostNorm, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<ScaleNorm, StochasticDepth<PreNorm>, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, SharedPattern, EncoderBlock>>();
  check<Combination<DynamicTanh, SandwichNorm, Rope<>, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<UnitOffset<LayerNorm>, LayerScale, Rope<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, Rope<Pairs::interleaved>, MultiHeadAttention, Glu<Gate::second>, FactorisedEmbedding, SharedGroups, ParallelFirst::Block>>();
  check<Combination<LayerNorm, SandwichNorm, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, Rope<Pairs::interleaved>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
