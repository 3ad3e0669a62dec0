// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 6 of 17") {
  check<Combination<RmsNorm, LayerScale, XPos<>, MultiHeadAttention, Glu<>, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, StochasticDepth<PreNorm>, XPos<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<ScaleNorm, StochasticDepth<PreNorm>, XPos<>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, PreNorm, XPos<>, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<UnitOffset<LayerNorm>, PostNorm, XPos<>, MultiHeadAttention, Mlp, FactorisedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, GlobalLocal<Rope<>>, MultiHeadAttention, Glu<Gate::second>, FactorisedEmbedding, SharedPattern, ConvolvedBlock>>();
}
