// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 15 of 17") {
  check<Combination<LayerNorm, ReZero, LearnedPosition, EluAttention, Glu<Gate::second>, WordEmbedding, SharedPattern, BottleneckBlock>>();
  check<Combination<NoNorm, DeepNorm, LearnedPosition, EluAttention, Glu<Gate::second>, ProjectedEmbedding, Repeat, ParallelFirst::Block>>();
  check<Combination<DynamicTanh, PostNorm, LearnedPosition, EluAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, StochasticDepth<PreNorm>, SinusoidalPosition, EluAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<ScaleNorm, ReZero, SinusoidalPosition, EluAttention, Mlp, TrigramEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<DynamicTanh, StochasticDepth<PreNorm>, SinusoidalPosition, EluAttention, Mlp, ProjectedEmbedding, Repeat, ParallelBlock>>();
  check<Combination<UnitOffset<LayerNorm>, SandwichNorm, SinusoidalPosition, EluAttention, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<RmsNorm, LayerScale, ScaledSinusoidalPosition, EluAttention, Mlp, ProjectedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<ScaleNorm, DeepNorm, NoPosition, Performer, Mlp, TrigramEmbedding, SharedGroups, ConvolvedBlock>>();
}
