// SPDX-License-Identifier: Apache-2.0
// Activation kernels against the formulas in double precision, with the error each was measured at.
#include "kernels_fixture.hpp"

#include <catch.hpp>

#include <limits>

namespace kernels_test {
namespace {

double formula(Activation a, double x) {
  const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
  const auto gelu = [](double v) { return 0.5 * v * std::erfc(-v / std::sqrt(2.0)); };
  switch (a) {
    case Activation::identity: return x;
    case Activation::gelu_erf: return gelu(x);
    case Activation::gelu_tanh: return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::quick_gelu: return x * sigmoid(1.702 * x);
    case Activation::gelu_10: return std::min(10.0, std::max(-10.0, gelu(x)));
    case Activation::relu: return std::max(x, 0.0);
    case Activation::relu6: return std::min(std::max(x, 0.0), 6.0);
    case Activation::relu_squared: return x > 0 ? x * x : 0;
    case Activation::leaky_relu: return x > 0 ? x : 0.01 * x;
    case Activation::silu: return x * sigmoid(x);
    case Activation::mish: return x * std::tanh(std::log1p(std::exp(x)));
    case Activation::hard_swish: return x * std::min(std::max(x + 3, 0.0), 6.0) / 6;
    case Activation::sqrt_softplus: return std::sqrt(std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))));
    case Activation::sigmoid: return sigmoid(x);
    case Activation::tanh: return std::tanh(x);
    case Activation::laplace: return 0.5 * std::erfc(-(x - 0.707107) / (0.282095 * std::sqrt(2.0)));
  }
  return 0;
}

// Largest error allowed: absolute below 1 in size, relative above. Measured on [-12, 12]; baseline without FMA is
// worst.
double bound(Activation a) {
  switch (a) {
    case Activation::gelu_erf:
    case Activation::gelu_10: return 2.0e-7;
    case Activation::gelu_tanh: return 3.0e-7;
    case Activation::quick_gelu:
    case Activation::silu:
    case Activation::mish: return 3.0e-7;
    case Activation::sigmoid:
    case Activation::tanh: return 2.0e-7;
    case Activation::laplace: return 5.0e-7;
    case Activation::relu_squared:
    case Activation::leaky_relu: return 1e-7;
    case Activation::hard_swish: return 3e-7;
    case Activation::sqrt_softplus: return 2e-7;
    default: return 0;
  }
}

void run(const KernelTable& table, Activation a, const float* x, float* y, index n, index rows = 1, index ld = 0) {
  encore::cpu::MapTask t;
  t.x = x;
  t.y = y;
  t.ldx = t.ldy = ld;
  t.rows = rows;
  t.cols = n;
  t.activation = a;
  table.activate(t);
}

}  // namespace

TEST_CASE("activations are within their measured error of the formula", "[kernels]") {
  std::vector<float> x;
  for (float v = -12; v < 12; v += 1.0f / 4096) x.push_back(v);
  for (float v = 1e-38f; v < 1e38f; v *= 1.7f) x.push_back(v), x.push_back(-v);
  std::vector<float> y(x.size());
  for (const KernelTable* table : all_tables())
    for (int a = int(Activation::identity); a <= int(Activation::laplace); ++a) {
      run(*table, Activation(a), x.data(), y.data(), index(x.size()));
      double worst = 0, at = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double expected = formula(Activation(a), x[i]);
        if (std::abs(expected) > 3e38) continue;
        const double error = std::abs(y[i] - expected) / std::max(1.0, std::abs(expected));
        if (!(error <= worst)) worst = error, at = x[i];
      }
      CAPTURE(table->isa, encore::name_of(Activation(a)), at);
      CHECK(worst <= bound(Activation(a)));
    }
}

TEST_CASE("tanh keeps relative accuracy near zero", "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (float v = 1e-30f; v < 9; v *= 1.1f) {
      float y;
      run(*table, Activation::tanh, &v, &y, 1);
      if (!(std::abs(y / std::tanh(double(v)) - 1) <= 3e-7)) {
        CAPTURE(table->isa, v, y);
        FAIL_CHECK("relative error");
      }
    }
}

TEST_CASE("NaN comes through every activation, infinities give the limits", "[kernels]") {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const float x[] = {nan, inf, -inf, 3e38f, -3e38f, 1e-45f, -1e-45f, 0.0f, nan};
  for (const KernelTable* table : all_tables())
    for (int a = int(Activation::identity); a <= int(Activation::laplace); ++a) {
      float y[9];
      run(*table, Activation(a), x, y, 9);
      CAPTURE(table->isa, encore::name_of(Activation(a)));
      CHECK(std::isnan(y[0]));
      CHECK(std::isnan(y[8]));
      const Activation f = Activation(a);
      const bool bounded = f == Activation::relu6 || f == Activation::sigmoid || f == Activation::tanh ||
                           f == Activation::laplace || f == Activation::gelu_10;
      if (bounded)
        CHECK(std::abs(y[1] - formula(f, 1e4)) < 1e-6);
      else
        CHECK(y[1] == inf);
      if (f == Activation::identity || f == Activation::leaky_relu)
        CHECK(y[2] == -inf);
      else
        CHECK(std::abs(y[2] - formula(f, -1e3)) < 1e-6);
      for (int i = 3; i < 8; ++i) CHECK_FALSE(std::isnan(y[i]));
    }
}

TEST_CASE("an element's activation has the same bits in the vector body and in the last columns", "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (int a = int(Activation::identity); a <= int(Activation::laplace); ++a) {
      std::vector<float> x(64), whole(64);
      fill_normal(x.data(), 64, 5, 3);
      run(*table, Activation(a), x.data(), whole.data(), 64);
      bool same = true;
      for (index n = 1; n <= 33; ++n) {
        GuardedFloats in(3 * n), out(3 * n, poison);
        for (index i = 0; i < 3 * n; ++i) in[i] = x[std::size_t(i % n)];
        run(*table, Activation(a), in.data(), out.data(), n, 3, n);
        for (index i = 0; i < 3 * n; ++i) same &= same_bits(out[i], whole[std::size_t(i % n)]);
      }
      CAPTURE(table->isa, a);
      CHECK(same);
    }
}

TEST_CASE("gate multiplies the rounded activation, add adds, in place too, and neither writes past the columns",
          "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (index cols = 1; cols <= 40; ++cols) {
      const index ld = cols + 2, size = 2 * ld + cols;
      GuardedFloats x(size), g(size), f(size, poison), y(size, poison);
      fill_normal(x.data(), size, 1, 2);
      fill_normal(g.data(), size, 2, 2);
      encore::cpu::MapTask t;
      t.x = x.data();
      t.g = g.data();
      t.ldx = t.ldg = t.ldy = ld;
      t.rows = 3;
      t.cols = cols;
      t.activation = Activation::silu;
      t.y = f.data();
      table->activate(t);
      t.y = y.data();
      table->gate(t);
      bool right = true;
      for (index r = 0; r < 3; ++r)
        for (index c = 0; c < cols; ++c) right &= same_bits(y[r * ld + c], f[r * ld + c] * g[r * ld + c]);
      for (index r = 0; r < 2; ++r)
        right &= same_bits(y[r * ld + cols], poison) && same_bits(y[r * ld + cols + 1], poison);
      t.y = x.data();
      const std::vector<float> before(x.data(), x.data() + size);
      table->add(t);
      for (index r = 0; r < 3; ++r)
        for (index c = 0; c < cols; ++c)
          right &= same_bits(x[r * ld + c], before[std::size_t(r * ld + c)] + g[r * ld + c]);
      CAPTURE(table->isa, cols);
      CHECK(right);
    }
}

}  // namespace kernels_test
