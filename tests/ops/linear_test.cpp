// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "ops/op_fixture.hpp"

#include <encore/ops/linear.hpp>

#include <cmath>

using namespace ops_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("linear is x W^T + b, plus a residual") {
  Bench bench;
  const ParameterId w = bench.root().weight("w", 4, 5), b = bench.root().vector("b", 4, Init::zeros);
  bench.start();
  const Matrix x = Matrix::normal(3, 5, 1), residual = Matrix::normal(3, 4, 2);
  auto product = [&](std::int64_t r, std::int64_t c) {
    double sum = 0;
    for (std::int64_t k = 0; k < 5; ++k) sum += x(r, k) * bench.values(w)(c, k);
    return sum;
  };
  auto biased = [&](std::int64_t r, std::int64_t c) { return product(r, c) + bench.values(b)(c, 0); };
  // double rounding: 5 products
  CHECK(value_error(forward(bench, op::Linear{.weight = w}, {x}).y, product) < 1e-15);
  CHECK(value_error(forward(bench, op::Linear{.weight = w, .bias = b}, {x}).y, biased) < 1e-15);
  CHECK(value_error(forward(bench, op::Linear{.weight = w, .bias = b}, {x, residual}).y,
                    [&](auto r, auto c) { return residual(r, c) + biased(r, c); }) < 1e-15);
  CHECK(value_error(forward(bench, op::Linear{.weight = w, .bias = b, .activation = Activation::tanh}, {x, residual}).y,
                    [&](auto r, auto c) { return residual(r, c) + std::tanh(biased(r, c)); }) < 1e-15);
}

TEST_CASE("the gradients of linear by x, W and b are those of differences") {
  for (const bool biased : {false, true}) {
    Bench bench;
    op::Linear op{.weight = bench.root().weight("w", 4, 5)};
    if (biased) op.bias = bench.root().vector("b", 4, Init::zeros);
    bench.start();
    for (const std::int64_t rows : {1, 2, 7})
      CHECK(gradient_error(bench, op, {Matrix::normal(rows, 5, 3)}) < 1e-10);  // measured: 7e-12
  }
}

TEST_CASE("linear refuses shapes that do not fit and names itself, the weight and both shapes") {
  Bench bench;
  const ParameterId w = bench.root().weight("w", 4, 5);
  bench.start();
  CHECK_THROWS_MATCHES(
      forward(bench, op::Linear{.weight = w}, {Matrix(3, 6, 0)}), ShapeError,
      MessageMatches(ContainsSubstring("linear") && ContainsSubstring("[3, 6]") && ContainsSubstring("'w' [4, 5]")));
  CHECK_THROWS_MATCHES(
      forward(bench, op::Linear{.weight = w}, {Matrix(3, 5, 0), Matrix(2, 4, 0)}), ShapeError,
      MessageMatches(ContainsSubstring("linear") && ContainsSubstring("[3, 4]") && ContainsSubstring("[2, 4]")));
}
