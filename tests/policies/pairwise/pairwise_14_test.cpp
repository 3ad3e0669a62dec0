// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 14 of 15") {
  check<Combination<ScaleNorm, SandwichNorm, SinusoidalPosition, EluAttention, Mlp, FactorisedEmbedding, SharedPattern, BottleneckBlock>>();
  check<Combination<RmsNorm, PreNormAfterFirst, ScaledSinusoidalPosition, EluAttention, Mlp, TrigramEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<LayerNorm, PostNorm, NoPosition, Performer, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, ReZero, NoPosition, Performer, Glu<Gate::second>, FactorisedEmbedding, SharedPattern, ConvolvedBlock>>();
  check<Combination<RmsNorm, StochasticDepth<PreNorm>, LearnedPosition, Performer, Mlp, TrigramEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<NoNorm, SandwichNorm, LearnedPosition, Performer, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, SinusoidalPosition, Performer, Glu<Gate::second>, ProjectedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<UnitOffset<LayerNorm>, LayerScale, SinusoidalPosition, Performer, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, PreNorm, ScaledSinusoidalPosition, Performer, Glu<Gate::second>, ProjectedEmbedding, SharedGroups, ParallelFirst::Block>>();
  check<Combination<ScaleNorm, PostNorm, ScaledSinusoidalPosition, Performer, Glu<>, WordEmbedding, Repeat, ParallelBlock>>();
}
