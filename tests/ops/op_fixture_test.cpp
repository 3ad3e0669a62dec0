// SPDX-License-Identifier: Apache-2.0
// The fixture itself: what it compares with may be wrong too.
#include "ops/op_fixture.hpp"
#include "catch.hpp"

#include <encore/ops/elementwise.hpp>

using namespace ops_test;

namespace {

// x, and not a number where x is moved by a difference's step: the difference is none, the derivative is 1.
struct OnGrid {
  template <class S>
  S operator()(S x) const {
    return x == S(1) ? x : S(ops_test::nan);
  }
  template <class S>
  Dual<S> operator()(Dual<S> x) const {
    return x;
  }
};

}  // namespace

TEST_CASE("a value that is not a number is an error, in what is expected too") {
  const Matrix y(2, 3, 1.0);
  const auto with_nan_at = [](int row, int col) {
    return [=](std::int64_t r, std::int64_t c) { return r == row && c == col ? ops_test::nan : 1.0; };
  };
  CHECK(value_error(y, [](std::int64_t, std::int64_t) { return 1.0; }) == 0);
  CHECK_THROWS_AS(value_error(y, with_nan_at(0, 0)), std::logic_error);
  CHECK_THROWS_AS(value_error(y, with_nan_at(0, 2)), std::logic_error);
  CHECK_THROWS_AS(value_error(y, with_nan_at(1, 2)), std::logic_error);
  CHECK_THROWS_AS(value_error(y, [](std::int64_t, std::int64_t) { return INFINITY; }), std::logic_error);
  Matrix holed = y;
  holed(1, 1) = ops_test::nan;
  CHECK(std::isnan(value_error(holed, [](std::int64_t, std::int64_t) { return 1.0; })));
}

TEST_CASE("a difference that is not a number is an error of the gradient") {
  Bench bench;
  bench.start();
  CHECK(std::isnan(gradient_error(bench, op::Map<OnGrid, 1>{}, {Matrix(2, 3, 1.0)})));
}
