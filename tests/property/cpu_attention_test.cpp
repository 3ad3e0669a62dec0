// SPDX-License-Identifier: Apache-2.0
#include "property/on_cpu.hpp"

using namespace property_test;

TEST_CASE("attention keeps the properties on Cpu") {
  check_on_cpu([](Builder b) { return MultiHeadAttention<Rope<>>(b, shape, {}, Rope<>(b / "rope", shape, {})); });
}
