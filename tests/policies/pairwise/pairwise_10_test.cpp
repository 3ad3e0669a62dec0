// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 10 of 16") {
  check<Combination<LayerNorm, DeepNorm, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, ReZero, Alibi, MultiHeadAttention, Glu<>, FactorisedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, PostNorm, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<NoNorm, PreNorm, Alibi, MultiHeadAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<ScaleNorm, SandwichNorm, Alibi, MultiHeadAttention, Glu<Gate::second>, WordEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<DynamicTanh, PostNorm, Alibi, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, PreNormAfterFirst, Alibi, MultiHeadAttention, Glu<Gate::second>, TrigramEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<LayerNorm, PostNorm, Kerple, MultiHeadAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
}
