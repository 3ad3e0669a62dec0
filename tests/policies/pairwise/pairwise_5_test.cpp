// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 5 of 15") {
  check<Combination<RmsNorm, SandwichNorm, XPos<>, MultiHeadAttention, Mlp, FactorisedEmbedding, SharedGroups, ParallelFirst::Block>>();
  check<Combination<NoNorm, StochasticDepth<PreNorm>, XPos<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<ScaleNorm, PostNorm, XPos<>, MultiHeadAttention, Glu<Gate::second>, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, PreNormAfterFirst, XPos<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, PreNorm, XPos<>, MultiHeadAttention, Glu<>, WordEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<RmsNorm, PostNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Glu<Gate::second>, TrigramEmbedding, Repeat, ParallelBlock>>();
}
