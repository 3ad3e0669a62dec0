// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 13 of 15") {
  check<Combination<UnitOffset<LayerNorm>, PreNormAfterFirst, DisentangledPosition<LayerNorm>, DisentangledAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, LayerScale, NoPosition, EluAttention, Glu<>, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, SandwichNorm, NoPosition, EluAttention, Mlp, ProjectedEmbedding, Repeat, ParallelBlock>>();
  check<Combination<UnitOffset<LayerNorm>, SandwichNorm, NoPosition, EluAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNorm, LearnedPosition, EluAttention, Glu<>, FactorisedEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<NoNorm, DeepNorm, LearnedPosition, EluAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<ScaleNorm, ReZero, LearnedPosition, EluAttention, Glu<Gate::second>, WordEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<UnitOffset<LayerNorm>, PostNorm, LearnedPosition, EluAttention, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, StochasticDepth<PreNorm>, SinusoidalPosition, EluAttention, Glu<>, WordEmbedding, Repeat, EncoderBlock>>();
}
