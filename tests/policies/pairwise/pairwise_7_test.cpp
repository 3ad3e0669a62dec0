// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 7 of 17") {
  check<Combination<RmsNorm, PreNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, TrigramEmbedding, Repeat, ParallelBlock>>();
  check<Combination<NoNorm, PreNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelFirst::Block>>();
  check<Combination<ScaleNorm, DeepNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, PostNorm, GlobalLocal<Rope<>>, MultiHeadAttention, Glu<>, ProjectedEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, PreNormAfterFirst, GlobalLocal<Rope<>>, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, DeepNorm, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, RelativePosition, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, RelativePosition, MultiHeadAttention, Glu<>, TrigramEmbedding, SharedPattern, ConvolvedBlock>>();
}
