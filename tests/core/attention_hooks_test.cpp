// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include <encore/core/attention_hooks.hpp>

using namespace encore;

namespace {
using Wide = AttentionHooks<std::int64_t, double, int>;

// Every hook has a value of its own.
Wide all_hooks() {
  return {.heads = 8,
          .kv_heads = 4,
          .head_size = 64,
          .scale = 0.125,
          .cosine = 1,
          .sine = 2,
          .rotary = 32,
          .interleaved = true,
          .rotates_values = true,
          .decay = 3,
          .window = 128,
          .softcap = 50,
          .weights = AttentionWeights::sigmoid};
}
}  // namespace

TEST_CASE("an attention's hooks keep their values in other types, tables as they are translated") {
  const auto narrow = all_hooks().converted<std::int32_t, float>([](int table) { return char('a' + table); });
  static_assert(std::is_same_v<decltype(narrow), const AttentionHooks<std::int32_t, float, char>>);
  CHECK(narrow.heads == 8);
  CHECK(narrow.kv_heads == 4);
  CHECK(narrow.head_size == 64);
  CHECK(narrow.scale == 0.125f);
  CHECK(narrow.cosine == 'b');
  CHECK(narrow.sine == 'c');
  CHECK(narrow.rotary == 32);
  CHECK(narrow.interleaved);
  CHECK(narrow.rotates_values);
  CHECK(narrow.decay == 'd');
  CHECK(narrow.window == 128);
  CHECK(narrow.softcap == 50.0f);
  CHECK(narrow.weights == AttentionWeights::sigmoid);
}

TEST_CASE("a window that a narrower type cannot hold stays wider than any sequence") {
  Wide hooks = all_hooks();
  hooks.window = std::int64_t{1} << 40;
  const auto window = [&] { return hooks.converted<std::int32_t, float>([](int table) { return table; }).window; };
  CHECK(window() > 1'000'000'000);
  CHECK(window() < (std::int64_t{1} << 31) - 1'000'000'000);
  hooks.window = -1;
  CHECK(window() == -1);
}

TEST_CASE("what stands for the operands of attention is translated in the op's order") {
  const AttentionDistances<int> operands{.to_query = 1, .to_key = 2, .bias = 3, .sinks = 4};
  int calls = 0;
  const auto order = operands.each([&](int) { return ++calls; });
  CHECK(order.to_query == 1);
  CHECK(order.to_key == 2);
  CHECK(order.bias == 3);
  CHECK(order.sinks == 4);
  const auto doubled = operands.each([](int operand) { return 2.0 * operand; });
  CHECK(doubled.sinks == 8.0);
}
