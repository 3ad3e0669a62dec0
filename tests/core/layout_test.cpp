// SPDX-License-Identifier: Apache-2.0
// Names and shapes of parameters, errors, precisions.
#include "catch.hpp"

#include <encore/core/layout.hpp>
#include <encore/core/precision.hpp>

using namespace encore;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("a builder's path names parameters, sections by their own names") {
  ParameterLayout layout;
  const Builder b(layout);
  CHECK(b.path().empty());
  const Builder attention = b / "layers" / 3 / "attention";
  CHECK(attention.path() == "layers.3.attention");
  const ParameterId plain = attention.weight("weight", 4, 5);
  const ParameterId fused = attention.weight("weight", {{"query", 2}, {"key", 3}}, 7);
  const ParameterId bias = attention.vector("bias", {{"query", 2}, {"key", 3}}, Init::zeros);
  const ParameterId table = b.table("table", 9, 2);
  CHECK(layout[plain].name() == "layers.3.attention.weight");
  CHECK(layout[plain].shape == Shape{4, 5});
  CHECK(layout[fused].shape == Shape{5, 7});
  CHECK(layout[fused].sections.size() == 2);
  CHECK(layout[fused].sections[1].name == "layers.3.attention.key.weight");
  CHECK(layout[fused].sections[1].rows == 3);
  CHECK(layout[bias].sections[0].name == "layers.3.attention.query.bias");
  CHECK(layout[bias].cols() == 1);
  CHECK(layout[table].name() == "table");
  CHECK(layout.size() == 4);
}

TEST_CASE("a layout knows how a parameter is used, how it begins and how many numbers are trained") {
  ParameterLayout layout;
  const Builder b(layout);
  const ParameterId weight = b.weight("w", 2, 3), gain = b.vector("g", 3, Init::ones), table = b.table("t", 4, 3);
  const ParameterId constant = b.constant("c", 2, 2, [](std::int64_t r, std::int64_t c) { return double(10 * r + c); });
  const ParameterId product =
      b.constant_weight("p", 2, 2, [](std::int64_t r, std::int64_t c) { return double(r - c); });
  CHECK(layout[weight].reads_product);
  CHECK_FALSE(layout[weight].reads_rows);
  CHECK(layout[weight].init == Init::normal);
  CHECK(layout[gain].reads_rows);
  CHECK(layout[gain].init == Init::ones);
  CHECK(layout[table].reads_rows);
  CHECK(layout[constant].constant(1, 1) == 11);
  CHECK(layout[constant].reads_rows);
  CHECK(layout[product].constant(1, 0) == 1);
  CHECK(layout[product].reads_product);
  CHECK_FALSE(layout[product].reads_rows);
  CHECK(layout.parameter_count() == 6 + 3 + 12);
  CHECK(weight);
  CHECK_FALSE(ParameterId{});
}

TEST_CASE("every error is an encore::Error with its message") {
  auto caught = [](const auto& error) {
    try {
      throw error;
    } catch (const Error& e) {
      return std::string(e.what());
    }
  };
  CHECK(caught(ShapeError("a")) == "a");
  CHECK(caught(ArgumentError("b")) == "b");
  CHECK(caught(InputError("c")) == "c");
  CHECK(caught(FileError("d")) == "d");
  CHECK(caught(ConfigError("e")) == "e");
  CHECK(caught(WeightsError("f")) == "f");
  CHECK(caught(UnsupportedError("g")) == "g");
  CHECK(caught(MemoryError("h")) == "h");
}

TEST_CASE("precisions are found by name, and an unknown one is named with those there are") {
  for (const std::string_view name : precision_names) CHECK(name_of(precision_from_name(name)) == name);
  CHECK(precision_from_name("bf16x3") == bf16x3);
  CHECK_THROWS_MATCHES(precision_from_name("fp8"), ArgumentError,
                       MessageMatches(ContainsSubstring("'fp8'") && ContainsSubstring("w8a16")));
}
