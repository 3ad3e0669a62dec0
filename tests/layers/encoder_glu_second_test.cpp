// SPDX-License-Identifier: Apache-2.0
// Encoders gated by the second half: each norm, placement and position once with each other.
#include "layers/assembled.hpp"

using namespace layers_test;

TEMPLATE_TEST_CASE(
    "an encoder gated by the second half has the gradients of differences, bit-equal Infer and Record, and separate "
    "sequences",
    "", (Assembled<LayerNorm, PreNorm, SinusoidalPosition, Glu<Gate::second>>),
    (Assembled<RmsNorm, PreNorm, RelativePosition, Glu<Gate::second>>)) {
  auto config = small_config<TestType>();
  config.feed_forward.bias = Bias::yes;
  check_spec(config);
}
