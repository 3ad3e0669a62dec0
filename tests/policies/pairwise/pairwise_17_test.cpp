// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 17 of 17") {
  check<Combination<DynamicTanh, LayerScale, NoPosition, FourierMixer, Mlp, FactorisedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<ScaleNorm, ReZero, LearnedPosition, FourierMixer, Glu<Gate::second>, FactorisedEmbedding, SharedGroups, ParallelBlock>>();
  check<Combination<RmsNorm, PreNormAfterFirst, SinusoidalPosition, FourierMixer, Mlp, WordEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<DynamicTanh, PostNorm, SinusoidalPosition, FourierMixer, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, DeepNorm, SinusoidalPosition, FourierMixer, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, SandwichNorm, ScaledSinusoidalPosition, FourierMixer, Glu<>, TrigramEmbedding, SharedPattern, EncoderBlock>>();
  check<Combination<ScaleNorm, ReZero, ScaledSinusoidalPosition, FourierMixer, Glu<Gate::second>, FactorisedEmbedding, SharedGroups, BottleneckBlock>>();
  check<Combination<DynamicTanh, PreNorm, ScaledSinusoidalPosition, FourierMixer, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, ReZero, ScaledSinusoidalPosition, FourierMixer, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
}
