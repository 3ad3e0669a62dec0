// SPDX-License-Identifier: Apache-2.0
// The two blocks that must be one: BERT's, and the pre-norm RMSNorm RoPE SwiGLU block of today's encoders, two layers
// deep.
#include "layers/assembled.hpp"

using namespace layers_test;

TEST_CASE("the BERT block is checked end to end: post-norm LayerNorm, learned positions, GELU") {
  check_spec(small_config<Assembled<LayerNorm, PostNorm, LearnedPosition, Mlp>>(2));
}

TEST_CASE("a pre-norm RMSNorm RoPE SwiGLU encoder is checked end to end, with a window and a partial rotation too") {
  using Spec = Assembled<RmsNorm, PreNorm, Rope<>, Glu<>>;
  Config<Spec> config = small_config<Spec>(2);
  config.feed_forward.activation = Activation::silu;
  check_spec(config);
  config.attention = {.bias = Bias::no, .window = 1};
  config.position.rotary = 2;
  check_spec(config);
}
