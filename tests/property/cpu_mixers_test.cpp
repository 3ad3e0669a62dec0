// SPDX-License-Identifier: Apache-2.0
#include "property/on_cpu.hpp"

#include <encore/layers/fourier.hpp>
#include <encore/layers/linear_attention.hpp>

using namespace property_test;

TEST_CASE("linear attention keeps the properties on Cpu") {
  check_on_cpu([](Builder b) { return LinearAttention<NoPosition>(b, shape, {}, NoPosition(b, shape)); });
  check_on_cpu(
      [](Builder b) { return LinearAttention<NoPosition, FavorFeatures>(b, shape, {}, NoPosition(b, shape)); });
}

TEST_CASE("features computed with their products have the same bits") {
  static constexpr ModelShape panels{.hidden = 12, .heads = 2, .max_positions = 19, .head = 32};
  check_on_cpu([](Builder b) { return LinearAttention<NoPosition>(b, panels, {}, NoPosition(b, panels)); });
}

TEST_CASE("Fourier mixing keeps the properties on Cpu") {
  check_on_cpu([](Builder b) { return FourierMixer<NoPosition>(b, shape, {}, NoPosition(b, shape)); });
}
