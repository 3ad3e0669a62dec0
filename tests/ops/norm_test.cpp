// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "ops/op_fixture.hpp"

#include <encore/ops/norm.hpp>

using namespace ops_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

struct Cases {
  Bench bench;
  ParameterId gain = bench.root().vector("gain", 6, Init::ones), bias = bench.root().vector("bias", 6, Init::zeros);
  Cases() { bench.start(); }
};

// Straight from the formulas in ops/norm.hpp, in long double.
double expected(const op::Norm& op, const Bench& bench, const Matrix& x, const Matrix* residual, std::int64_t r,
                std::int64_t c) {
  auto z = [&](std::int64_t i) { return static_cast<long double>(residual ? (*residual)(r, i) + x(r, i) : x(r, i)); };
  long double mean = 0, square = 0;
  for (std::int64_t i = 0; i < x.cols(); ++i) mean += z(i) / static_cast<long double>(x.cols());
  if (op.kind != NormKind::layer) mean = 0;
  for (std::int64_t i = 0; i < x.cols(); ++i)
    square += (z(i) - mean) * (z(i) - mean) / static_cast<long double>(x.cols());
  long double y = z(c) - mean;
  if (op.kind != NormKind::none) y /= std::sqrt(square + static_cast<long double>(op.eps));
  if (op.gain) y *= static_cast<long double>(bench.values(op.gain)(c, 0));
  if (op.bias) y += static_cast<long double>(bench.values(op.bias)(c, 0));
  return double(y);
}

}  // namespace

TEST_CASE("norms have the values of their formulas, with and without gain, bias and residual") {
  Cases s;
  const Matrix x = Matrix::normal(5, 6, 1, 3), residual = Matrix::normal(5, 6, 2);
  for (const NormKind kind : {NormKind::layer, NormKind::rms, NormKind::none}) {
    for (const op::Norm& op :
         {op::Norm{.kind = kind, .eps = 1e-5}, op::Norm{.kind = kind, .gain = s.gain, .eps = 0.3},
          op::Norm{.kind = kind, .gain = s.gain, .bias = kind != NormKind::rms ? s.bias : ParameterId{}}}) {
      CHECK(value_error(forward(s.bench, op, {x}).y,
                        [&](auto r, auto c) { return expected(op, s.bench, x, nullptr, r, c); }) < 1e-14);
      CHECK(value_error(forward(s.bench, op, {x, residual}).y,
                        [&](auto r, auto c) { return expected(op, s.bench, x, &residual, r, c); }) < 1e-14);
    }
  }
}

TEST_CASE("the gradients of norms by input, residual, gain and bias are those of differences") {
  for (const NormKind kind : {NormKind::layer, NormKind::rms, NormKind::none}) {
    for (const bool affine : {false, true}) {
      Bench bench;
      op::Norm op{.kind = kind, .eps = 0.1};
      if (affine) op.gain = bench.root().vector("gain", 6, Init::ones);
      if (affine && kind != NormKind::rms) op.bias = bench.root().vector("bias", 6, Init::zeros);
      bench.start();
      for (const std::int64_t rows : {1, 2, 7}) {  // measured: at most 8e-12
        CHECK(gradient_error(bench, op, {Matrix::normal(rows, 6, 1)}) < 1e-10);
        CHECK(gradient_error(bench, op, {Matrix::normal(rows, 6, 1), Matrix::normal(rows, 6, 2)}) < 1e-10);
      }
    }
  }
}

TEST_CASE("a layer norm of a constant row is its bias, and an rms norm of zeros is zero") {
  Cases s;
  const Matrix constant(2, 6, 3.5), zero(2, 6, 0);
  CHECK(value_error(forward(s.bench, op::Norm{.kind = NormKind::layer, .gain = s.gain, .bias = s.bias}, {constant}).y,
                    [&](auto, auto c) { return s.bench.values(s.bias)(c, 0); }) == 0);
  CHECK(value_error(forward(s.bench, op::Norm{.kind = NormKind::rms, .gain = s.gain}, {zero}).y,
                    [](auto, auto) { return 0.0; }) == 0);
}

TEST_CASE("a norm's result may lie on its input or its residual") {
  Cases s;
  for (const NormKind kind : {NormKind::layer, NormKind::rms, NormKind::none}) {
    const op::Norm op{.kind = kind, .gain = s.gain};
    Matrix x = Matrix::normal(3, 6, 1), residual = Matrix::normal(3, 6, 2);
    const Matrix apart = forward(s.bench, op, {x, residual}).y;
    for (Matrix* onto : {&x, &residual}) {
      Matrix a = x, b = residual;
      Matrix& y = onto == &x ? a : b;
      const std::vector<MatrixView<const double>> in{std::as_const(a).view(), std::as_const(b).view()};
      op.forward<B>(s.bench.env(), in, y.view(), {}, nullptr);
      CHECK(value_error(y, [&](auto r, auto c) { return apart(r, c); }) == 0);
    }
  }
}

TEST_CASE("norm refuses shapes that do not fit and names itself and both shapes") {
  Cases s;
  CHECK_THROWS_MATCHES(forward(s.bench, op::Norm{.gain = s.gain}, {Matrix(3, 5, 0)}), ShapeError,
                       MessageMatches(ContainsSubstring("norm:") && ContainsSubstring("[3, 5]") &&
                                      ContainsSubstring("'gain' [6]: [5] is needed")));
  CHECK_THROWS_MATCHES(
      forward(s.bench, op::Norm{.gain = s.gain}, {Matrix(3, 6, 0), Matrix(2, 6, 0)}), ShapeError,
      MessageMatches(ContainsSubstring("norm:") && ContainsSubstring("[3, 6]") && ContainsSubstring("[2, 6]")));
}
