// SPDX-License-Identifier: Apache-2.0
#include "property/on_cpu.hpp"

using namespace property_test;

TEST_CASE("feed-forwards keep the properties on Cpu") {
  check_on_cpu([](Builder b) { return Mlp(b, shape, {}); });
  check_on_cpu([](Builder b) {
    return Glu<>(b, ModelShape{.hidden = 12, .intermediate = 64}, {.activation = Activation::silu});
  });
}
