// SPDX-License-Identifier: Apache-2.0
// The two blocks that must be one: BERT's, and the pre-norm RMSNorm RoPE SwiGLU block of today's encoders, two layers
// deep.
#include "layers/assembled.hpp"

#include <encore/layers/convolution.hpp>

using namespace layers_test;
using Catch::Matchers::ContainsSubstring;

namespace {

struct ConvolvedSpec : Assembled<LayerNorm, PostNorm, LearnedPosition, Mlp> {
  template <class S>
  using Block = ConvolvedBlock<S>;
  using BlockOptions = ConvolutionOptions;
};

}  // namespace

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

TEST_CASE("a convolution in groups is checked end to end, and groups that do not divide the channels are refused") {
  Config<ConvolvedSpec> config = small_config<ConvolvedSpec>();
  config.block = {.width = 3, .groups = 2};
  check_spec(config);
  config.block = {.width = 5, .groups = 8};
  check_spec(config);
  config.block.groups = 3;
  ParameterLayout layout;
  CHECK_THROWS_WITH(Encoder<ConvolvedSpec>(Builder(layout), config),
                    ContainsSubstring("3 groups do not divide 8 channels"));
}

TEST_CASE("learned positions that leave a padding id out are checked end to end") {
  Config<Assembled<LayerNorm, PostNorm, LearnedPosition, Mlp>> config =
      small_config<Assembled<LayerNorm, PostNorm, LearnedPosition, Mlp>>();
  config.position.padding = 1;  // of the ids 0 to 6 that the batch holds
  check_spec(config);
}
