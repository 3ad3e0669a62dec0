// SPDX-License-Identifier: Apache-2.0
// Encoders with an MLP whose attention knows of distances.
#include "layers/assembled.hpp"

using namespace layers_test;

TEST_CASE("rotary positions are checked in a pre-norm LayerNorm encoder") {
  check_spec(small_config<Assembled<LayerNorm, PreNorm, Rope<>, Mlp>>());
}

TEST_CASE("relative positions are checked with both terms") {
  using Spec = Assembled<LayerNorm, PostNorm, RelativePosition, Mlp>;
  Config<Spec> config = small_config<Spec>();
  config.position.terms = RelativeTerms::key_and_query;
  check_spec(config);
  config.position.terms = RelativeTerms::key;
  check_spec(config);
}
