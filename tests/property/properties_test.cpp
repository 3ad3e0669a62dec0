// SPDX-License-Identifier: Apache-2.0
// The shipped properties themselves: each holds where it should and fails, with a reason, where it is broken on
// purpose.
#include "catch.hpp"

#include <encore/layers.hpp>
#include <encore/testing/properties.hpp>

using namespace encore;
using namespace encore::testing;

namespace {

// Knows how many tokens the batch has: breaks batch invariance.
struct CountsTokens {
  auto operator()(auto& ex, const auto& x) const {
    return ex.activate(ex.segments().tokens() % 2 ? Activation::tanh : Activation::silu, x);
  }
};
// Does another thing while it records: breaks Infer equals Record.
struct KnowsMode {
  auto operator()(auto& ex, const auto& x) const {
    return ex.activate(std::remove_reference_t<decltype(ex)>::recording ? Activation::tanh : Activation::silu, x);
  }
};
// Its derivative is not its own: breaks gradients.
struct WrongDerivative {
  struct F {
    float operator()(float x) const { return x * x; }
    double operator()(double x) const { return x * x; }
    template <class S>
    Dual<S> operator()(Dual<S> x) const {
      return {x.v * x.v, S(1.9) * x.v * x.d};
    }
  };
  auto operator()(auto& ex, const auto& x) const { return ex.map(F{}, x); }
};

// Its derivative by the first operand is not a number, and by the second it is right.
struct NoDerivative {
  struct F {
    template <class S>
    S operator()(S x, S y) const {
      return x + y;
    }
    template <class S>
    Dual<S> operator()(Dual<S> x, Dual<S> y) const {
      return {x.v + y.v, x.d != 0 ? std::numeric_limits<S>::quiet_NaN() : y.d};
    }
  };
  auto operator()(auto& ex, const auto& x, const auto& y) const { return ex.map(F{}, x, y); }
};

template <class Layer>
std::vector<std::string> failing() {
  std::vector<std::string> names;
  for (const Property& property : check_layer([](Builder) { return Layer{}; }, 4).properties)
    if (!property.holds) {
      CHECK(property.detail != "");
      names.push_back(property.name);
    }
  return names;
}

}  // namespace

TEST_CASE("each property fails for what breaks it, and for that only") {
  CHECK(failing<CountsTokens>() == std::vector<std::string>{"batch invariance"});
  CHECK(failing<KnowsMode>() == std::vector<std::string>{"Infer equals Record", "gradients"});
  CHECK(failing<WrongDerivative>() == std::vector<std::string>{"gradients"});
}

TEST_CASE("a derivative that is not a number fails the check, whichever operand has it") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const std::size_t place : {0U, 1U, 2U}) {
    GradientReport report;
    report.operands.resize(3, {.name = "x", .error = 1e-12});
    CHECK(report.worst() == 1e-12);
    report.operands[place].error = nan;
    CHECK(std::isnan(report.worst()));
  }
  const GradientReport report = check_gradients([](Builder) { return NoDerivative{}; }, {}, 4, 4);
  CHECK(report.operands.size() == 2);
  CHECK_FALSE(report.worst() <= 1e-8);
}

TEST_CASE("scores that are finite in one place only are no shift of each other") {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> x{1, 2, 3};
  for (const double wrong : {infinity, -infinity, nan})
    for (const std::vector<double>& y : {std::vector{wrong, 2.0, 3.0}, std::vector{1.0, 2.0, wrong}}) {
      CHECK(relative_difference(x, y) == infinity);
      CHECK(relative_difference(y, x) == infinity);
    }
  const std::vector<double> far{1, -infinity, 3};
  CHECK(relative_difference(far, far) == 0);
}

TEST_CASE("an affine layer is the adjoint of its backward, another is not") {
  CHECK(adjoint([](Builder b) { return Linear(b, 5, 3); }, 5).holds);
  CHECK(adjoint([](Builder b) { return NoNorm(b, 5); }, 5).holds);
  CHECK(adjoint([](Builder b) { return Convolution(b, 5, 3); }, 5).holds);
  CHECK(adjoint([](Builder) { return [](auto& ex, const auto& x) { return ex.pool(Pooling::mean, x); }; }, 5).holds);
  CHECK_FALSE(
      adjoint([](Builder) { return [](auto& ex, const auto& x) { return ex.activate(Activation::tanh, x); }; }, 5)
          .holds);
}

TEST_CASE("attention without positions is equivariant under permutation") {
  const ModelShape shape{.hidden = 6, .heads = 2, .max_positions = 8};
  CHECK(permutation([&](Builder b) { return MultiHeadAttention<NoPosition>(b, shape, {}, NoPosition(b, shape)); }, 6)
            .holds);
  CHECK_FALSE(
      permutation(
          [&](Builder b) { return MultiHeadAttention<NoPosition>(b, shape, {.window = 1}, NoPosition(b, shape)); }, 6)
          .holds);
}
