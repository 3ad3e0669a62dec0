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

TEST_CASE("XPos is RoPE where nothing decays, and decays as published") {
  using Scheme = XPos<XPosDecay::symmetric, Pairs::half>;
  const auto q = encore::testing::normal_vector(10, 0), k = encore::testing::normal_vector(10, 1);
  const auto plain = encore::testing::position_scores<Rope<>>(one_head(10), {}, q, k);
  const auto still = encore::testing::position_scores<Scheme>(one_head(10), {.scale_base = 1e300}, q, k);
  CHECK(encore::testing::relative_difference(still.values(), plain.values()) < 1e-12);
  ParameterLayout layout;
  const Scheme scheme(Builder(layout), one_head(10), {});
  CHECK(layout[scheme.factors].constant(512, 0) == Approx(0.4 / 1.4).epsilon(1e-15));
  CHECK(layout[scheme.factors].constant(256, 3) == Approx(std::sqrt(1.0 / 1.4)).epsilon(1e-15));
}

TEST_CASE("dynamic RoPE is RoPE up to the trained positions, and with the grown base beyond") {
  using encore::testing::position_scores;
  using encore::testing::relative_difference;
  const auto q = encore::testing::normal_vector(10, 0), k = encore::testing::normal_vector(10, 1);
  const auto scores = [&](std::int64_t trained) {
    return position_scores<DynamicRope<>>(one_head(10), {.base = 100, .factor = 2, .trained_positions = trained}, q, k);
  };
  const auto plain = position_scores<Rope<>>(one_head(10), {.base = 100}, q, k);
  CHECK(relative_difference(scores(10).values(), plain.values()) < 1e-12);
  const double grown = 100 * std::pow(2 * 10.0 / 4 - 1, 10.0 / 8);  // transformers, "dynamic": 10 tokens, 4 trained
  const auto stretched = position_scores<Rope<>>(one_head(10), {.base = grown}, q, k);
  CHECK(relative_difference(scores(4).values(), stretched.values()) < 1e-12);
  CHECK(relative_difference(scores(4).values(), plain.values()) > 0.01);
  ParameterLayout layout;
  CHECK_THROWS_AS(DynamicRope<>(Builder(layout), one_head(5), {}), ArgumentError);
  CHECK_THROWS_WITH(DynamicRope<>(Builder(layout), one_head(6), {.factor = 0.5}), ContainsSubstring("factor 0.5"));
}

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

TEST_CASE("sinusoids in halves are those of fairseq's layout, and a scaled table begins at E^(-1/2)") {
  ParameterLayout layout;
  const SinusoidalPosition position(Builder(layout), {.hidden = 6, .max_positions = 4}, {.layout = Sinusoids::halves});
  const auto& table = layout[position.table].constant;
  for (std::int64_t i = 0; i < 3; ++i) {
    CHECK(table(3, i) == Approx(std::sin(3.0 / std::pow(10000, 2.0 * double(i) / 6))).epsilon(1e-15));
    CHECK(table(3, i + 3) == Approx(std::cos(3.0 / std::pow(10000, 2.0 * double(i) / 6))).epsilon(1e-15));
  }
  const ScaledSinusoidalPosition scaled(Builder(layout) / "scaled", {.hidden = 16, .max_positions = 4}, {});
  CHECK(layout[scaled.scale].init == Init::ones);
  CHECK(layout[scaled.scale].sections.front().scale == Approx(0.25));
}

// transformers 5.24, ROPE_INIT_FUNCTIONS, float32: head size 16, base 10000.
TEST_CASE("stretched RoPE has the frequencies of transformers") {
  const auto check = [](const RopeScaling& scaling, const std::vector<double>& expected, double factor) {
    const std::vector<double> found = rope_frequencies(10000, 16, scaling);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-6));
    CHECK(rope_attention_factor(scaling) == Approx(factor).epsilon(1e-15));
  };
  check({.kind = RopeScalingKind::linear, .factor = 4},
        {0.25, 0.079056941, 0.0250000004, 0.00790569466, 0.00249999994, 0.000790569466, 0.000250000012, 7.90569466e-05},
        1);
  check({.kind = RopeScalingKind::yarn, .factor = 4, .trained_positions = 1024},
        {1, 0.316227764, 0.0812500045, 0.0197642371, 0.00437500002, 0.000790569466, 0.000250000012, 7.90569466e-05},
        1.138629436111989);
  check({.kind = RopeScalingKind::yarn,
         .factor = 8,
         .trained_positions = 256,
         .fast = 16,
         .slow = 2,
         .attention_factor = 1.5},
        {1, 0.223994657, 0.0416666642, 0.00395284733, 0.00124999997, 0.000395284733, 0.000125000006, 3.95284733e-05},
        1.5);
  check({.kind = RopeScalingKind::llama3, .factor = 8, .trained_positions = 1024},
        {1, 0.316227764, 0.100000001, 0.0316227786, 0.00308676064, 0.000395284733, 0.000125000006, 3.95284733e-05}, 1);
  const auto ntk = rope_frequencies(10000, 16, {.kind = RopeScalingKind::ntk, .factor = 4});
  CHECK(ntk.front() == 1);
  CHECK(ntk.back() == Approx(std::pow(10000, -14.0 / 16) / 4).epsilon(1e-12));  // the lowest is divided
  CHECK_THROWS_WITH(rope_frequencies(10000, 16, {.kind = RopeScalingKind::linear, .factor = 0.5}),
                    ContainsSubstring("factor 0.500000 is below 1"));
  CHECK_THROWS_WITH(rope_frequencies(10000, 16, {.kind = RopeScalingKind::yarn, .factor = 2}),
                    ContainsSubstring("trained_positions = 0"));
}

TEST_CASE("a learned table has rows for a padding id, so that max_positions tokens fit whatever it is") {
  ParameterLayout layout;
  const LearnedPosition position(Builder(layout), {.hidden = 6, .max_positions = 4}, {.padding = 1});
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
  for (std::size_t i = 0; i < op::Embed::max_terms; ++i) embed.add({});
  CHECK_THROWS_AS(embed.add({}), ArgumentError);
}

TEST_CASE("indices by distance grow with the sequences that ask for them, and spans handed out stay") {
  const DistanceIndices rows(DistanceIndices::endless, [](std::int64_t e) { return 100000 + e; });
  const auto few = rows.up_to(2);
  CHECK(std::vector<std::int32_t>(few.begin(), few.end()) == std::vector<std::int32_t>{99999, 100000, 100001});
  const auto many = rows.up_to(5000);
  CHECK(many.size() == 9999);
  CHECK(many.front() == 100000 - 4999);
  CHECK(many.back() == 100000 + 4999);
  CHECK(few[0] == 99999);
  const DistanceIndices ends(7, [](std::int64_t e) { return e; });
  CHECK(ends.up_to(7).size() == 13);
  CHECK_THROWS_WITH(ends.up_to(8), ContainsSubstring("8 tokens is longer than the relative table for 7 positions"));
}

TEST_CASE("RoPE goes on beyond the shape's positions by its formula, unless its tables are a checkpoint's") {
  ModelShape few = one_head(10);
  few.max_positions = 3;
  ParameterLayout layout;
  CHECK(Rope<>(Builder(layout), few, {}).endless());
  CHECK_FALSE(Rope<>(Builder(layout) / "ends", few, {.ends = true}).endless());
  CHECK(layout[ParameterId{0}].rows() == 3);
  few.max_positions = std::int64_t{1} << 24;
  CHECK(layout[Rope<>(Builder(layout) / "long", few, {}).cosine].rows() == Rope<>::stored_positions);
  CHECK_THROWS_WITH(
      Rope<>(Builder(layout), one_head(10),
             {.rotates_values = true, .scaling = {.kind = RopeScalingKind::dynamic, .trained_positions = 4}}),
      ContainsSubstring("values are not rotated"));
}
