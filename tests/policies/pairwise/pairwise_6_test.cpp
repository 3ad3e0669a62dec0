// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 6 of 15") {
  check<Combination<NoNorm, ReZero, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<ScaleNorm, StochasticDepth<PreNorm>, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, PostNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, PreNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, RelativePosition, MultiHeadAttention, Glu<>, ProjectedEmbedding, Repeat, ParallelFirst::Block>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PreNorm, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, SharedPattern, EncoderBlock>>();
}
