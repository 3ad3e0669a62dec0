// SPDX-License-Identifier: Apache-2.0
// Encoders with an MLP: each norm, placement and position once with each other.
#include "layers/assembled.hpp"

using namespace layers_test;

TEMPLATE_TEST_CASE(
    "an encoder with an MLP has the gradients of differences, bit-equal Infer and Record, and separate sequences", "",
    (Assembled<LayerNorm, PostNorm, LearnedPosition, Mlp>), (Assembled<RmsNorm, PreNorm, NoPosition, Mlp>),
    (Assembled<RmsNorm, PostNorm, SinusoidalPosition, Mlp>)) {
  check_spec(small_config<TestType>());
}
