// SPDX-License-Identifier: Apache-2.0
// Formulas of position policies and what they refuse; what they promise of scores is in tests/policies.
#include "layers/assembled.hpp"

using namespace layers_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using encore::testing::shift;

namespace {

ModelShape one_head(std::int64_t head_size) {
  return {.vocabulary = 3, .hidden = head_size, .layers = 1, .heads = 1, .max_positions = head_size};
}

// Rotates by positions that do not grow evenly: no relative scheme.
struct UnevenRope : Rope<> {
  UnevenRope(Builder b, const ModelShape& shape, const Options& options) : Rope<>(b, shape, options) {
    b.layout()[cosine].constant = [](std::int64_t p, std::int64_t) { return std::cos(0.1 * double(p * p)); };
    b.layout()[sine].constant = [](std::int64_t p, std::int64_t) { return std::sin(0.1 * double(p * p)); };
  }
};

}  // namespace

TEST_CASE("the shift property fails for a scheme that is not relative") {
  CHECK_FALSE(shift<UnevenRope>(one_head(10), {}).holds);
}

TEST_CASE("sinusoids are those of Vaswani et al., section 3.5") {
  ParameterLayout layout;
  const SinusoidalPosition position(Builder(layout), {.hidden = 6, .max_positions = 4}, {});
  const auto& table = layout[position.table].constant;
  CHECK(table(3, 0) == Approx(std::sin(3.0)).epsilon(1e-15));
  CHECK(table(3, 1) == Approx(std::cos(3.0)).epsilon(1e-15));
  CHECK(table(3, 4) == Approx(std::sin(3.0 / std::pow(10000, 4.0 / 6))).epsilon(1e-15));
  CHECK(table(0, 5) == 1);
}

TEST_CASE("a learned table has room for its offset, so that max_positions tokens fit whatever it is") {
  ParameterLayout layout;
  const LearnedPosition position(Builder(layout), {.hidden = 6, .max_positions = 4}, {.offset = 2});
  CHECK(layout[position.table].shape == Shape{6, 6});
}

TEST_CASE("RoPE refuses an odd, empty or too wide rotation and names both numbers") {
  for (const std::int64_t rotary : {3, -2, 8}) {
    ParameterLayout layout;
    CHECK_THROWS_MATCHES(Rope<>(Builder(layout), one_head(6), {.rotary = rotary}), ArgumentError,
                         MessageMatches(ContainsSubstring("RoPE") && ContainsSubstring(std::to_string(rotary)) &&
                                        ContainsSubstring("head size 6")));
  }
  ParameterLayout layout;
  CHECK_THROWS_AS(Rope<>(Builder(layout), one_head(5), {}), ArgumentError);
}

TEST_CASE("an embedding holds no more terms than its op") {
  op::Embed embed;
  for (std::size_t i = 0; i < op::Embed::max_terms; ++i) add_term(embed, {});
  CHECK_THROWS_AS(add_term(embed, {}), ArgumentError);
}
