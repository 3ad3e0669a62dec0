// SPDX-License-Identifier: Apache-2.0
// Encoders with a gated feed-forward: each norm, placement and position once with each other.
#include "layers/assembled.hpp"

using namespace layers_test;

TEMPLATE_TEST_CASE(
    "an encoder with a gated feed-forward has the gradients of differences, bit-equal Infer and Record, and separate "
    "sequences",
    "", (Assembled<RmsNorm, PreNorm, LearnedPosition, Glu<>>), (Assembled<LayerNorm, PostNorm, NoPosition, Glu<>>),
    (Assembled<RmsNorm, PostNorm, Rope<Pairs::interleaved>, Glu<>>)) {
  auto config = small_config<TestType>();
  config.feed_forward.bias = Bias::yes;
  check_spec(config);
}
