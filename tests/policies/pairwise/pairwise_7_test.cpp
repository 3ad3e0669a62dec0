// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 7 of 16") {
  check<Combination<UnitOffset<LayerNorm>, PreNormAfterFirst, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, RelativePosition, MultiHeadAttention, Glu<>, TrigramEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<RmsNorm, StochasticDepth<PreNorm>, RelativePosition, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, Repeat, ParallelFirst::Block>>();
  check<Combination<NoNorm, LayerScale, RelativePosition, MultiHeadAttention, Mlp, FactorisedEmbedding, Repeat, ParallelBlock>>();
  check<Combination<ScaleNorm, PostNorm, RelativePosition, MultiHeadAttention, Mlp, TrigramEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<DynamicTanh, PreNormAfterFirst, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
