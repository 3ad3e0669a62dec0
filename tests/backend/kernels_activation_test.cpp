// SPDX-License-Identifier: Apache-2.0
// Activation kernels against the formulas in double precision, with the error each was measured at.
#include "activations.hpp"
#include "kernels_fixture.hpp"

#include <catch.hpp>

#include <limits>

namespace kernels_test {
namespace {

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
    for (const activation_cases::Case& c : activation_cases::all()) {
      run(*table, c.activation, x.data(), y.data(), index(x.size()));
      double worst = 0, at = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double expected = c.formula(x[i]);
        if (std::abs(expected) > 3e38) continue;
        const double error = std::abs(y[i] - expected) / std::max(1.0, std::abs(expected));
        if (!(error <= worst)) worst = error, at = x[i];
      }
      CAPTURE(table->isa, encore::name_of(c.activation), at);
      CHECK(worst <= c.float_error);
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
    for (const activation_cases::Case& c : activation_cases::all()) {
      float y[9];
      run(*table, c.activation, x, y, 9);
      CAPTURE(table->isa, encore::name_of(c.activation));
      CHECK(std::isnan(y[0]));
      CHECK(std::isnan(y[8]));
      const auto meets = [](float value, double limit) {
        return std::isinf(limit) ? value == float(limit) : std::abs(value - limit) < 1e-6;
      };
      CHECK(meets(y[1], c.at_infinity));
      CHECK(meets(y[2], c.at_minus_infinity));
      for (int i = 3; i < 8; ++i) CHECK_FALSE(std::isnan(y[i]));
    }
}

TEST_CASE("an element's activation has the same bits in the vector body and in the last columns", "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (int a = 0; a < encore::activation_count; ++a) {
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
