// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "ops/op_fixture.hpp"

#include <encore/ops/elementwise.hpp>

using namespace ops_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

struct Square {
  template <class S>
  S operator()(S x) const {
    return x * x;
  }
};
struct Ratio {  // every operator of a dual number, and a member of its own
  double shift;
  template <class S>
  S operator()(S x, S y, S z) const {
    const S t = -encore::tanh(x) + y * z;
    return t > S(0) ? t / (S(shift) + encore::exp(y)) : (t - z) / S(3);
  }
};
struct Folded {  // what formulas use in place of conditions
  template <class S>
  S operator()(S x, S y) const {
    return encore::max(x, y) * encore::abs(x) + encore::min(x, y * y) / (S(1) + encore::abs(y)) -
           encore::select(x < y, x * y, y);
  }
};

}  // namespace

TEST_CASE("map applies a functor of one, two or three operands to each element") {
  Bench bench;
  bench.start();
  const Matrix x = Matrix::normal(3, 5, 1), y = Matrix::normal(3, 5, 2), z = Matrix::normal(3, 5, 3);
  CHECK(value_error(forward(bench, op::Map<Square, 1>{}, {x}).y, [&](auto r, auto c) { return x(r, c) * x(r, c); }) ==
        0);
  CHECK(value_error(forward(bench, op::Map<Ratio, 3>{.f = {2.5}}, {x, y, z}).y, [&](auto r, auto c) {
          const double t = y(r, c) * z(r, c) - std::tanh(x(r, c));
          return t > 0 ? t / (2.5 + std::exp(y(r, c))) : (t - z(r, c)) / 3;
        }) < 1e-15);
  CHECK(value_error(forward(bench, op::Map<Folded, 2>{}, {x, y}).y, [&](auto r, auto c) {
          const double u = x(r, c), v = y(r, c);
          return std::fmax(u, v) * std::fabs(u) + std::fmin(u, v * v) / (1 + std::fabs(v)) - (u < v ? u * v : v);
        }) < 1e-15);
}

TEST_CASE("the gradients of map come from dual numbers and are those of differences") {
  Bench bench;
  bench.start();
  for (const std::int64_t rows : {1, 2, 7}) {
    CHECK(gradient_error(bench, op::Map<Square, 1>{}, {Matrix::normal(rows, 5, 1)}) < 1e-10);
    CHECK(gradient_error(bench, op::Map<Ratio, 3>{.f = {2.5}},
                         {Matrix::normal(rows, 5, 1), Matrix::normal(rows, 5, 2), Matrix::normal(rows, 5, 3)}) <
          1e-10);  // measured: at most 3e-12
    CHECK(gradient_error(bench, op::Map<Folded, 2>{}, {Matrix::normal(rows, 5, 1), Matrix::normal(rows, 5, 2)}) <
          1e-10);
  }
}

TEST_CASE("gate multiplies an activation with its second operand") {
  Bench bench;
  bench.start();
  const Matrix u = Matrix::normal(3, 5, 1), g = Matrix::normal(3, 5, 2);
  const op::Gate silu{.activation = Activation::silu};
  CHECK(value_error(forward(bench, silu, {u, g}).y,
                    [&](auto r, auto c) { return u(r, c) / (1 + std::exp(-u(r, c))) * g(r, c); }) < 1e-15);
  CHECK(gradient_error(bench, silu, {u, g}) < 1e-10);
  CHECK(gradient_error(bench, op::Gate{.activation = Activation::identity}, {u, g}) < 1e-10);
}

TEST_CASE("add adds, and hands its gradient to both operands") {
  Bench bench;
  bench.start();
  const Matrix x = Matrix::normal(3, 5, 1), y = Matrix::normal(3, 5, 2);
  CHECK(value_error(forward(bench, op::Add{}, {x, y}).y, [&](auto r, auto c) { return x(r, c) + y(r, c); }) == 0);
  CHECK(gradient_error(bench, op::Add{}, {x, y}) < 1e-10);
}

TEST_CASE("elementwise ops refuse operands of different shapes and name themselves and both shapes") {
  Bench bench;
  bench.start();
  auto refuses = [&](const auto& op, const std::string& name) {
    CHECK_THROWS_MATCHES(
        forward(bench, op, {Matrix(3, 5, 0), Matrix(3, 4, 0)}), ShapeError,
        MessageMatches(ContainsSubstring(name + ":") && ContainsSubstring("[3, 5]") && ContainsSubstring("[3, 4]")));
  };
  refuses(op::Add{}, "add");
  refuses(op::Gate{}, "gate");
  struct First {
    double operator()(double x, double) const { return x; }
    Dual<double> operator()(Dual<double> x, Dual<double>) const { return x; }
  };
  refuses(op::Map<First, 2>{}, "map");
}
