// SPDX-License-Identifier: Apache-2.0
// What the recording executor does with gradients: values used twice, parts, values without a way back, many calls on
// one store.
#include "catch.hpp"
#include "exec/contexts.hpp"

using namespace exec_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using encore::testing::check_gradients;
using R = Reference<double>;

namespace {

// A layer out of a function of (executor, rows).
template <class F>
auto layer(F f) {
  return [f](Builder) { return f; };
}
// Measured: at most 3e-12.
template <class Make, class... Widths>
void check(const Make& make, Widths... widths) {
  const auto report = check_gradients(make, {}, widths...);
  INFO(report.text());
  CHECK(report.worst() < 1e-10);
}

// A table that is looked up and multiplied by, and a product used twice.
struct Shared {
  ParameterId table;
  Linear linear;
  explicit Shared(Builder b) : table(b.table("table", 5, 4)), linear(b / "linear", 4, 4) {
    b.layout()[table].reads_product = true;
  }
  auto operator()(auto& ex, const auto& x) const {
    auto once = linear(ex, x);
    auto twice = linear(ex, ex.activate(Activation::tanh, once));
    auto logits = ex.linear(twice, table);
    op::Embed embed;
    embed.add({table, ex.indices(rows), 0});
    return ex.concat(logits, ex.embed(embed));
  }
  std::vector<std::int32_t> rows{0, 3, 3, 1, 0, 4};
};

}  // namespace

TEST_CASE("gradients of a value used twice, three times, or as both operands are summed") {
  check(layer([](auto& ex, const auto& x) { return ex.add(x, x); }), 4);
  check(layer([](auto& ex, const auto& x) { return ex.gate(Activation::tanh, x, x); }), 4);
  check(layer([](auto& ex, const auto& x) {
          auto a = ex.activate(Activation::silu, x);
          auto b = ex.gate(Activation::sigmoid, a, x);
          auto c = ex.add(b, a);
          return ex.add(c, x);
        }),
        4);
  check(layer([](auto& ex, const auto& x) {
          return ex.residual_norm(op::Norm{.kind = NormKind::layer, .eps = 0.1}, x, x);
        }),
        4);
}

TEST_CASE("gradients of parts come together in the whole, overlapping ones too") {
  check(layer([](auto& ex, const auto& x) {
          auto [a, b] = ex.split(x);
          return ex.gate(Activation::gelu_erf, a, b);
        }),
        6);
  check(layer([](auto& ex, const auto& x) {  // whole before part, part before whole, one part unused
          auto [a, b, c] = ex.template split<3>(x);
          auto whole = ex.activate(Activation::tanh, x);
          auto [d, e, f] = ex.template split<3>(whole);
          auto first = ex.gate(Activation::silu, a, e);
          auto second = ex.gate(Activation::silu, d, c);
          auto third = ex.add(first, second);
          return ex.concat(third, x, third);
        }),
        6);
}

TEST_CASE("one parameter used twice gets both gradients, as a table and as a product too") {
  check([](Builder b) { return Shared(b); }, 4);
}

TEST_CASE("several inputs have gradients of their own") {
  check(layer([](auto& ex, const auto& x, const auto& y, const auto& z) {
          return ex.add(ex.gate(Activation::mish, x, y), z);
        }),
        3, 3, 3);
}

TEST_CASE("stop_gradient lets values through and no gradient") {
  Context<R> context;
  auto layout = std::make_shared<ParameterLayout>();
  const Parameters<R> parameters(context, layout, StoreKind::training);
  const Tensor<double> x = normal<double>(3, 4, 1), dy = normal<double>(3, 4, 2);
  Record<R> ex(context, parameters, Segments({3}), nullptr);
  const auto value = ex.input(x.matrix());
  const auto other = ex.input(x.matrix());
  const auto y = ex.gate(Activation::identity, ex.stop_gradient(value), other);
  CHECK(ex.gradient(value).data == nullptr);  // before backward
  ex.backward(y, dy.matrix());
  CHECK(ex.gradient(value).data == nullptr);
  const auto gradient = ex.gradient(other);
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 4; ++c) {
      CHECK(ex.view(y)(r, c) == x.matrix()(r, c) * x.matrix()(r, c));
      CHECK(gradient(r, c) == dy.matrix()(r, c) * x.matrix()(r, c));
    }
}

TEST_CASE("backward from a part of a value leaves the rest without a gradient") {
  Context<R> context;
  const Parameters<R> parameters(context, std::make_shared<ParameterLayout>(), StoreKind::training);
  Record<R> ex(context, parameters, Segments({2}), nullptr);
  const auto x = ex.input(normal<double>(2, 4, 1).matrix());
  const auto y = ex.activate(Activation::tanh, x);
  const auto parts = ex.split(y);
  ex.backward(parts[1], normal<double>(2, 2, 2).matrix());
  for (int r = 0; r < 2; ++r) {
    CHECK(ex.gradient(x)(r, 0) == 0);
    CHECK(ex.gradient(x)(r, 1) == 0);
    CHECK(ex.gradient(x)(r, 2) != 0);
  }
}

TEST_CASE("a loss is a value of one number, and backward refuses a gradient of another shape") {
  Context<R> context;
  const Parameters<R> parameters(context, std::make_shared<ParameterLayout>(), StoreKind::training);
  Record<R> ex(context, parameters, Segments({2}), nullptr);
  const auto x = ex.input(normal<double>(2, 4, 1).matrix());
  const std::vector<std::int32_t> targets{1, 3};
  const auto loss = ex.cross_entropy(x, ex.indices(targets));
  CHECK_THROWS_MATCHES(
      ex.backward(x, normal<double>(2, 3, 1).matrix()), ShapeError,
      MessageMatches(ContainsSubstring("backward:") && ContainsSubstring("[2, 4]") && ContainsSubstring("[2, 3]")));
  ex.backward(loss);
  double sum = 0;
  for (int c = 0; c < 4; ++c) sum += ex.gradient(x)(0, c);
  CHECK(std::fabs(sum) < 1e-16);
  CHECK(ex.gradient(x)(0, 1) < 0);
}

TEST_CASE("gradients of several batches add up in one store") {
  Context<R> context;
  auto layout = std::make_shared<ParameterLayout>();
  const ParameterId w = Builder(*layout).weight("w", 3, 4);
  const auto parameters = random_parameters(context, layout, StoreKind::training, 1);
  auto step = [&](Parameters<R>& store, std::uint64_t seed) {
    Record<R> ex(context, parameters, Segments({2}), &store);
    const auto y = ex.linear(ex.input(normal<double>(2, 4, seed).matrix()), w);
    ex.backward(y, normal<double>(2, 3, seed + 10).matrix());
  };
  auto one = parameters.gradients(context), two = parameters.gradients(context), both = parameters.gradients(context);
  step(one, 1);
  step(two, 2);
  step(both, 1);
  step(both, 2);
  for (std::size_t i = 0; i < 12; ++i)
    CHECK(both.values(w)[i] == Approx(one.values(w)[i] + two.values(w)[i]).epsilon(1e-14));
}

TEST_CASE("the report of a gradient check finds a wrong derivative and says where it is") {
  struct Wrong {  // its derivative by a dual number is not that of its value
    double operator()(double x) const { return x * x; }
    Dual<double> operator()(Dual<double> x) const { return {x.v * x.v, 2.001 * x.v * x.d}; }
  };
  const auto report = check_gradients(layer([](auto& ex, const auto& x) { return ex.map(Wrong{}, x); }), {}, 3);
  CHECK(report.worst() > 1e-4);
  CHECK_THAT(report.text(),
             ContainsSubstring("input 0: error") && ContainsSubstring("derivative") && ContainsSubstring("difference"));
}
