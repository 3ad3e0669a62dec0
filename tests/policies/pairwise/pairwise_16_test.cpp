// budget: 600 MB
// SPDX-License-Identifier: Apache-2.0
// Written by scripts/pairwise.
#include "policies/combination.hpp"

#include "catch.hpp"

using namespace policies_test;

// clang-format off
TEST_CASE("policies in pairs, part 16 of 17") {
  check<Combination<DynamicTanh, PreNorm, NoPosition, Performer, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<DynamicTanh, SandwichNorm, NoPosition, Performer, Mlp, WordEmbedding, Repeat, EncoderBlock>>();
  check<Combination<UnitOffset<LayerNorm>, StochasticDepth<PreNorm>, NoPosition, Performer, Mlp, WordEmbedding, Repeat, ParallelBlock>>();
  check<Combination<RmsNorm, StochasticDepth<PreNorm>, LearnedPosition, Performer, Mlp, TrigramEmbedding, SharedGroups, EncoderBlock>>();
  check<Combination<DynamicTanh, ReZero, LearnedPosition, Performer, Mlp, TrigramEmbedding, Repeat, EncoderBlock>>();
  check<Combination<LayerNorm, PreNormAfterFirst, SinusoidalPosition, Performer, Glu<Gate::second>, ProjectedEmbedding, SharedPattern, ParallelFirst::Block>>();
  check<Combination<NoNorm, LayerScale, SinusoidalPosition, Performer, Glu<>, FactorisedEmbedding, Repeat, EncoderBlock>>();
  check<Combination<NoNorm, PostNorm, ScaledSinusoidalPosition, Performer, Glu<Gate::second>, WordEmbedding, Repeat, ConvolvedBlock>>();
  check<Combination<NoNorm, StochasticDepth<PreNorm>, NoPosition, FourierMixer, Glu<>, ProjectedEmbedding, SharedPattern, ParallelFirst::Block>>();
}
