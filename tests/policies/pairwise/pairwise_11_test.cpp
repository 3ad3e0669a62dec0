// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 11 of 17") {
  check<Combination<RmsNorm, PostNorm, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<NoNorm, PreNorm, Alibi, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<ScaleNorm, SandwichNorm, Alibi, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<DynamicTanh, PostNorm, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, PreNormAfterFirst, Alibi, MultiHeadAttention, Glu<Gate::second>, TrigramEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<LayerNorm, PostNorm, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, Kerple, MultiHeadAttention, Mlp, ProjectedEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<LayerNorm, LayerScale, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
