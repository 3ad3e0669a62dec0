// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "ops/op_fixture.hpp"

#include <encore/ops/elementwise.hpp>

#include <functional>
#include <set>

using namespace ops_test;

namespace {

struct Case {
  Activation activation;
  std::function<double(double)> formula;
  std::vector<double> kinks;
};

double phi(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
double logistic(double x) { return 1 / (1 + std::exp(-x)); }

// Written from the papers, with other functions of <cmath> than the library where there are any.
std::vector<Case> cases() {
  return {
      {Activation::identity, [](double x) { return x; }, {}},
      {Activation::gelu_erf, [](double x) { return x * phi(x); }, {}},
      {Activation::gelu_tanh,
       [](double x) {
         return x * logistic(2 * std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * std::pow(x, 3)));
       },
       {}},
      {Activation::quick_gelu, [](double x) { return x * logistic(1.702 * x); }, {}},
      {Activation::gelu_10, [](double x) { return std::clamp(x * phi(x), -10.0, 10.0); }, {10}},
      {Activation::relu, [](double x) { return std::fmax(x, 0); }, {0}},
      {Activation::relu6, [](double x) { return std::clamp(x, 0.0, 6.0); }, {0, 6}},
      {Activation::relu_squared, [](double x) { return x > 0 ? x * x : 0; }, {0}},
      {Activation::leaky_relu, [](double x) { return x > 0 ? x : x / 100; }, {0}},
      {Activation::silu, [](double x) { return x * logistic(x); }, {}},
      {Activation::mish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, {}},
      {Activation::hard_swish, [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }, {-3, 3}},
      {Activation::sqrt_softplus, [](double x) { return std::sqrt(std::log1p(std::exp(x))); }, {}},
      {Activation::sigmoid, [](double x) { return logistic(x); }, {}},
      {Activation::tanh, [](double x) { return 1 - 2 / (1 + std::exp(2 * x)); }, {}},
      {Activation::laplace,
       [](double x) { return 0.5 * std::erfc(-(x - 0.707107) / (0.282095 * std::sqrt(2.0))); },
       {}},
  };
}

Matrix points(const std::vector<double>& kinks) {
  std::vector<double> at;
  for (double x = -12.03; x < 12.1; x += 0.17) {
    bool near = false;
    for (double kink : kinks) near = near || std::fabs(x - kink) < 1e-3;
    if (!near) at.push_back(x);
  }
  Matrix m(1, std::int64_t(at.size()));
  for (std::size_t i = 0; i < at.size(); ++i) m(0, std::int64_t(i)) = at[i];
  return m;
}

}  // namespace

TEST_CASE("every activation has the values of its formula and derivatives of differences") {
  Bench bench;
  bench.start();
  std::set<Activation> seen;
  for (const Case& c : cases()) {
    INFO(name_of(c.activation));
    seen.insert(c.activation);
    const Matrix x = points(c.kinks);
    const op::Activate op{.activation = c.activation};
    const Matrix y = forward(bench, op, {x}).y;
    for (std::int64_t i = 0; i < x.cols(); ++i) {
      INFO(x(0, i));
      CHECK(std::fabs(y(0, i) - c.formula(x(0, i))) <= 1e-14 * std::fmax(1, std::fabs(x(0, i))));
    }
    CHECK(gradient_error(bench, op, {x}) < 1e-10);  // measured: at most 1.6e-11
  }
  for (const auto& [name, activation] : activation_names) CHECK(seen.count(activation) == 1);
}

TEST_CASE("no activation nor derivative is infinite or NaN for large inputs") {
  Bench bench;
  bench.start();
  Matrix x(1, 4), ones(1, 4, 1);
  const double far[] = {-1e4, -710, 710, 1e4};
  for (int i = 0; i < 4; ++i) x(0, i) = far[i];
  for (const Case& c : cases()) {
    INFO(name_of(c.activation));
    const op::Activate op{.activation = c.activation};
    const Matrix y = forward(bench, op, {x}).y;
    Matrix dx(1, 4);
    const std::vector<MatrixView<const double>> in{std::as_const(x).view()};
    const std::vector<MatrixView<double>> out{dx.view()};
    op.backward<B>(bench.env(), in, std::as_const(y).view(), {}, std::as_const(ones).view(), out);
    for (int i = 0; i < 4; ++i) {
      INFO(far[i]);
      CHECK(std::isfinite(y(0, i)));
      CHECK(std::isfinite(dx(0, i)));
    }
  }
}

TEST_CASE("activations are found by the names transformers has for them, and unknown ones are named") {
  CHECK(activation_from_name("gelu") == Activation::gelu_erf);
  CHECK(activation_from_name("gelu_new") == Activation::gelu_tanh);
  CHECK(activation_from_name("swish") == Activation::silu);
  CHECK(name_of(Activation::silu) == "silu");
  CHECK_THROWS_MATCHES(activation_from_name("gleu"), UnsupportedError,
                       Catch::Matchers::MessageMatches(Catch::Matchers::ContainsSubstring("'gleu'") &&
                                                       Catch::Matchers::ContainsSubstring("gelu_new")));
}
