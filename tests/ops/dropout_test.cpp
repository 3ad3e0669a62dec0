// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "ops/op_fixture.hpp"

#include <encore/ops/elementwise.hpp>

using namespace ops_test;

TEST_CASE("dropout keeps 1 - p of the elements and scales them by 1 / (1 - p)") {
  Bench bench;
  bench.start();
  for (const float p : {0.1f, 0.5f, 0.9f}) {
    const Matrix x(100, 100, 1);
    const Matrix y = forward(bench, op::Dropout{.p = p, .stream = {1, 2}}, {x}).y;
    double kept = 0;
    for (int r = 0; r < 100; ++r) {
      for (int c = 0; c < 100; ++c) {
        CHECK((y(r, c) == 0 || y(r, c) == Approx(1 / (1 - double(p)))));
        kept += y(r, c) != 0;
      }
    }
    const double deviation = std::sqrt(1e4 * double(p) * (1 - double(p)));
    CHECK(std::fabs(kept - 1e4 * (1 - double(p))) < 4 * deviation);
  }
}

TEST_CASE("a dropout mask depends on key and stream and on nothing else") {
  Bench bench;
  bench.start();
  const Matrix x(20, 30, 1);
  auto mask = [&](std::uint64_t key, std::uint64_t stream) {
    const Matrix y = forward(bench, op::Dropout{.p = 0.5f, .stream = {key, stream}}, {x}).y;
    std::vector<bool> kept;
    for (int r = 0; r < 20; ++r)
      for (int c = 0; c < 30; ++c) kept.push_back(y(r, c) != 0);
    return kept;
  };
  CHECK(mask(1, 2) == mask(1, 2));
  CHECK(mask(1, 2) != mask(1, 3));
  CHECK(mask(1, 2) != mask(2, 2));
}

TEST_CASE("dropout is its own adjoint: its gradient has the mask of the forward pass") {
  Bench bench;
  bench.start();
  CHECK(gradient_error(bench, op::Dropout{.p = 0.3f, .stream = {4, 5}}, {Matrix::normal(5, 7, 1)}) < 1e-10);
}

TEST_CASE("dropout refuses a probability outside [0, 1)") {
  Bench bench;
  bench.start();
  for (const float p : {-0.1f, 1.0f, std::numeric_limits<float>::quiet_NaN()})
    CHECK_THROWS_AS(forward(bench, op::Dropout{.p = p}, {Matrix(1, 1, 0)}), ArgumentError);
}
