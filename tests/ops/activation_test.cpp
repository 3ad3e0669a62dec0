// SPDX-License-Identifier: Apache-2.0
#include "activations.hpp"
#include "catch.hpp"
#include "ops/op_fixture.hpp"

#include <encore/ops/elementwise.hpp>

#include <set>
#include <string_view>

using namespace ops_test;

namespace {

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
  for (const activation_cases::Case& c : activation_cases::all()) {
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
  CHECK(int(seen.size()) == activation_count);
}

TEST_CASE("no activation nor derivative is infinite or NaN for large inputs") {
  Bench bench;
  bench.start();
  Matrix x(1, 4), ones(1, 4, 1);
  const double far[] = {-1e4, -710, 710, 1e4};
  for (int i = 0; i < 4; ++i) x(0, i) = far[i];
  for (const activation_cases::Case& c : activation_cases::all()) {
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
  CHECK(activation_from_torch("Hardswish") == Activation::hard_swish);
  CHECK_FALSE(activation_from_torch("hardswish"));
  CHECK_FALSE(activation_from_torch(""));
  CHECK_THROWS_MATCHES(activation_from_name("gleu"), UnsupportedError,
                       Catch::Matchers::MessageMatches(Catch::Matchers::ContainsSubstring("'gleu'") &&
                                                       Catch::Matchers::ContainsSubstring("gelu_new")));
}

TEST_CASE("no two activations have a name in common, and every name finds its own") {
  std::set<std::string_view> torch;
  for (int a = 0; a < activation_count; ++a) {
    const ActivationNames& of = activation_names[std::size_t(a)];
    INFO(name_of(Activation(a)));
    CHECK(!of.names.empty());
    for (const std::string_view name : of.names) CHECK(activation_from_name(name) == Activation(a));
    if (of.torch.empty()) continue;
    CHECK(torch.insert(of.torch).second);
    CHECK(activation_from_torch(of.torch) == Activation(a));
  }
}
