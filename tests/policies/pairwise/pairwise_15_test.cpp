// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 15 of 15") {
  check<Combination<DynamicTanh, DeepNorm, ScaledSinusoidalPosition, Performer, Mlp, FactorisedEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<NoNorm, PreNormAfterFirst, NoPosition, FourierMixer, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<ScaleNorm, DeepNorm, NoPosition, FourierMixer, Mlp, FactorisedEmbedding, SharedGroups, ParallelFirst::Block>>();
  check<Combination<NoNorm, LayerScale, LearnedPosition, FourierMixer, Glu<Gate::second>, ProjectedEmbedding, Repeat, ParallelFirst::Block>>();
  check<Combination<RmsNorm, ReZero, SinusoidalPosition, FourierMixer, Glu<Gate::second>, WordEmbedding, SharedGroups, ConvolvedBlock>>();
  check<Combination<NoNorm, PostNorm, SinusoidalPosition, FourierMixer, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, PreNorm, SinusoidalPosition, FourierMixer, Mlp, TrigramEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<LayerNorm, SandwichNorm, ScaledSinusoidalPosition, FourierMixer, Glu<>, TrigramEmbedding, SharedPattern, EncoderBlock>>();
  check<Combination<LayerNorm, LayerScale, ScaledSinusoidalPosition, FourierMixer, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<UnitOffset<LayerNorm>, StochasticDepth<PreNorm>, ScaledSinusoidalPosition, FourierMixer, Mlp, ProjectedEmbedding, Repeat, EncoderBlock>>();
}
