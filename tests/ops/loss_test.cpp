// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "ops/op_fixture.hpp"

#include <encore/ops/loss.hpp>

using namespace ops_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

op::CrossEntropy loss(const std::vector<std::int32_t>& targets) {
  return {.targets = {targets.data(), std::int64_t(targets.size())}};
}

}  // namespace

TEST_CASE("cross_entropy is the mean of -log softmax at the targets, over the rows that have one") {
  Bench bench;
  bench.start();
  const Matrix x = Matrix::normal(4, 5, 1);
  for (const std::vector<std::int32_t>& targets :
       {std::vector<std::int32_t>{1, 4, 0, 1}, {1, -100, -1, 4}, {-1, 2, -1, -1}}) {
    double sum = 0, counted = 0;
    for (int r = 0; r < 4; ++r) {
      if (targets[std::size_t(r)] < 0) continue;
      double total = 0;
      for (int c = 0; c < 5; ++c) total += std::exp(x(r, c));
      sum += std::log(total) - x(r, targets[std::size_t(r)]);
      ++counted;
    }
    CHECK(value_error(forward(bench, loss(targets), {x}).y, [&](auto, auto) { return sum / counted; }) < 1e-15);
    CHECK(gradient_error(bench, loss(targets), {x}) < 1e-10);
  }
}

TEST_CASE("cross_entropy of no target at all is zero, with a gradient of zero") {
  Bench bench;
  bench.start();
  const std::vector<std::int32_t> none{-100, -100};
  const Matrix x = Matrix::normal(2, 3, 1);
  CHECK(value_error(forward(bench, loss(none), {x}).y, [](auto, auto) { return 0.0; }) == 0);
  CHECK(gradient_error(bench, loss(none), {x}) == 0);
}

TEST_CASE("cross_entropy of logits far apart neither overflows nor loses the small ones") {
  Bench bench;
  bench.start();
  Matrix x(2, 3, 0);
  x(0, 0) = 1e4;
  x(0, 1) = -1e4;
  x(1, 2) = 800;
  const std::vector<std::int32_t> targets{1, 2};
  CHECK(value_error(forward(bench, loss(targets), {x}).y, [](auto, auto) { return 1e4; }) < 1e-15);
  CHECK(gradient_error(bench, loss(targets), {x}) <
        2e-7);  // measured: 4e-8; differences of 1e4 have lost four digits more
}

TEST_CASE("cross_entropy refuses a wrong number of targets and targets that are no class") {
  Bench bench;
  bench.start();
  const std::vector<std::int32_t> three{0, 1, 0}, high{0, 5};
  CHECK_THROWS_MATCHES(forward(bench, loss(three), {Matrix(2, 5, 0)}), ShapeError,
                       MessageMatches(ContainsSubstring("cross_entropy:") && ContainsSubstring("[2, 5]") &&
                                      ContainsSubstring("[3, 1]")));
  CHECK_THROWS_MATCHES(forward(bench, loss(high), {Matrix(2, 5, 0)}), InputError,
                       MessageMatches(ContainsSubstring("cross_entropy:") && ContainsSubstring("target 5")));
}
