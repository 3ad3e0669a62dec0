// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "ops/attention_cases.hpp"

using namespace ops_test;

TEST_CASE("the gradients of attention with any of its hooks are those of differences") {
  for (const AttentionCase& c : attention_cases()) {
    INFO(c.name);
    for (const std::vector<std::int64_t>& lengths : {std::vector<std::int64_t>{1}, {2}, {7}, {2, 1, 4}}) {
      Bench bench(lengths);
      const op::Attention op = declare(c, bench);
      bench.start();
      CHECK(gradient_error(bench, op, attention_inputs(c, bench.segments.tokens())) <
            1e-10);  // measured: at most 2e-11
    }
  }
}
