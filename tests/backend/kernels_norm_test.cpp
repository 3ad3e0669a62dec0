// SPDX-License-Identifier: Apache-2.0
// Norm and pooling kernels against double precision, for every width around a vector's.
#include "kernels_fixture.hpp"

#include <catch.hpp>

#include <algorithm>
#include <limits>

namespace kernels_test {
namespace {

struct Norm {
  bool centred, residual, sum, gain, bias, in_place;
};

void check_norm(const KernelTable& table, const Norm& c, index cols, float offset) {
  const index rows = 3, ld = cols + 1, size = 2 * ld + cols;
  GuardedFloats x(size), residual(size), gain(cols), bias(cols), sum(size, poison), y(size, poison), mean(3),
      inv_scale(3);
  fill_normal(x.data(), size, 1);
  for (index i = 0; i < size; ++i) x[i] += offset;
  fill_normal(residual.data(), size, 2);
  fill_normal(gain.data(), cols, 3);
  fill_normal(bias.data(), cols, 4);
  std::vector<double> expected, expected_mean, expected_scale;
  for (index r = 0; r < rows; ++r) {
    std::vector<double> z;
    for (index j = 0; j < cols; ++j)
      z.push_back(c.residual ? double(x[r * ld + j] + residual[r * ld + j]) : double(x[r * ld + j]));
    double m = 0, squares = 0;
    for (double v : z) m += v / double(cols);
    if (!c.centred) m = 0;
    for (double v : z) squares += (v - m) * (v - m) / double(cols);
    const double scale = 1 / std::sqrt(squares + 1e-5f);
    for (index j = 0; j < cols; ++j)
      expected.push_back((z[std::size_t(j)] - m) * scale * (c.gain ? gain[j] : 1) + (c.bias ? bias[j] : 0));
    expected_mean.push_back(m);
    expected_scale.push_back(scale);
  }
  encore::cpu::NormTask t;
  t.x = x.data();
  t.residual = c.residual ? residual.data() : nullptr;
  t.sum = c.sum ? sum.data() : nullptr;
  t.y = c.in_place ? x.data() : y.data();
  t.ldx = t.ldresidual = t.ldsum = t.ldy = ld;
  t.rows = rows;
  t.cols = cols;
  t.gain = c.gain ? gain.data() : nullptr;
  t.bias = c.bias ? bias.data() : nullptr;
  t.eps = 1e-5f;
  t.mean = c.centred ? mean.data() : nullptr;
  t.inv_scale = inv_scale.data();
  const std::vector<float> before(x.data(), x.data() + size);
  (c.centred ? table.layer_norm : table.rms_norm)(t);
  CAPTURE(table.isa, cols, c.centred, c.residual, c.sum, c.gain, c.bias, c.in_place, offset);
  std::vector<float> actual;
  bool right = true;
  for (index r = 0; r < rows; ++r)
    for (index j = 0; j < cols; ++j) {
      actual.push_back(t.y[r * ld + j]);
      if (c.sum)
        right &= same_bits(sum[r * ld + j], c.residual ? before[std::size_t(r * ld + j)] + residual[r * ld + j]
                                                       : before[std::size_t(r * ld + j)]);
    }
  CHECK(right);
  // Rounding of z itself is magnified by its offset: relative to the deviation, 6e-8 (1 + offset) per element.
  CHECK(relative_error(actual.data(), expected) < 2e-7 * (1 + double(offset)));
  CHECK(relative_error(inv_scale.data(), expected_scale) < 3e-7 * (1 + double(offset)));
  if (c.centred) CHECK(std::abs(mean[1] - expected_mean[1]) < 2e-7 * (1 + double(offset)));
  for (index r = 0; r + 1 < rows; ++r)
    if (!c.in_place) CHECK(same_bits(y[r * ld + cols], poison));
}

}  // namespace

TEST_CASE("norms equal the double-precision formula with any of their parts", "[kernels]") {
  for (const KernelTable* table : all_tables()) {
    for (int bits = 0; bits < 64; ++bits)
      check_norm(
          *table,
          {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0, (bits & 32) != 0}, 37,
          0);
    for (index cols = 2; cols <= 80; ++cols) {
      check_norm(*table, {true, true, true, true, true, false}, cols, 0);
      check_norm(*table, {false, false, false, true, false, true}, cols, 0);
    }
    for (index cols : {384, 768, 1000}) {
      check_norm(*table, {true, true, false, true, true, true}, cols, 0);
      check_norm(*table, {true, false, false, true, true, false}, cols, 30);  // two passes: no cancellation
    }
  }
}

TEST_CASE("a row's norm does not depend on its neighbours", "[kernels]") {
  for (const KernelTable* table : all_tables()) {
    GuardedFloats x(5 * 51), together(5 * 51), alone(5 * 51);
    fill_normal(x.data(), x.size(), 9);
    encore::cpu::NormTask t;
    t.x = x.data();
    t.y = together.data();
    t.ldx = t.ldy = t.cols = 51;
    t.rows = 5;
    t.eps = 1e-12f;
    table->layer_norm(t);
    t.rows = 1;
    for (index r = 0; r < 5; ++r) {
      t.x = x.data() + 51 * r;
      t.y = alone.data() + 51 * r;
      table->layer_norm(t);
    }
    CHECK(same_bits(together.data(), alone.data(), 5 * 51));
  }
}

TEST_CASE("pooling, unit length, dot product and sums of rows equal double precision", "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (index cols = 1; cols <= 80; ++cols) {
      const index rows = 1 + cols % 7, ld = cols + 3, size = (rows - 1) * ld + cols;
      GuardedFloats x(size), y(cols, poison);
      fill_normal(x.data(), size, std::uint32_t(cols));
      std::vector<const float*> pointers;
      for (index r = 0; r < rows; ++r) pointers.push_back(x.data() + r * ld);
      std::vector<double> sum(std::size_t(cols), 0), mean, weighted, largest(std::size_t(cols), -1e30);
      for (index j = 0; j < cols; ++j) {
        for (index r = 0; r < rows; ++r) {
          sum[std::size_t(j)] += x[r * ld + j];
          largest[std::size_t(j)] = std::max(largest[std::size_t(j)], double(x[r * ld + j]));
        }
        mean.push_back(sum[std::size_t(j)] / double(rows));
        double steps = 0;
        for (index r = 0; r < rows; ++r) steps += (3 + 0.5 * double(r)) * x[r * ld + j];
        weighted.push_back(steps / 7);
      }
      CAPTURE(table->isa, cols, rows);
      table->sum_rows(pointers.data(), rows, y.data(), cols);
      CHECK(relative_error(y.data(), sum) < 3e-7);
      table->mean_pool(x.data(), ld, rows, cols, 1, 0, float(rows), y.data());
      CHECK(relative_error(y.data(), mean) < 3e-7);
      table->mean_pool(x.data(), ld, rows, cols, 3, 0.5f, 7, y.data());
      CHECK(relative_error(y.data(), weighted) < 3e-7);
      table->max_pool(x.data(), ld, rows, cols, y.data());
      CHECK(relative_error(y.data(), largest) == 0);
      double square = 0, product = 0, size_of_product = 0;
      for (index j = 0; j < cols; ++j) {
        square += double(x[j]) * x[j];
        product += double(x[j]) * y[j];
        size_of_product += std::abs(double(x[j]) * y[j]);
      }
      CHECK(std::abs(table->dot(x.data(), y.data(), cols) - product) <= 2e-7 * size_of_product);
      std::vector<double> unit;
      for (index j = 0; j < cols; ++j) unit.push_back(x[j] / std::sqrt(square));
      table->l2_normalise(x.data(), y.data(), cols, 1e-12f);
      CHECK(relative_error(y.data(), unit) < 2e-7);
    }
}

TEST_CASE("a zero vector stays zero when normalised, NaN survives max pooling, no rows sum to zero", "[kernels]") {
  for (const KernelTable* table : all_tables()) {
    float zero[5] = {}, y[5], x[10] = {1, 2, 3, 4, 5, 0, 0, 0, 0, 9};
    table->l2_normalise(zero, y, 5, 1e-12f);
    for (float v : y) CHECK(v == 0);
    x[1] = std::numeric_limits<float>::quiet_NaN();
    table->max_pool(x, 5, 2, 5, y);
    CHECK(std::isnan(y[1]));
    CHECK(y[4] == 9);
    table->sum_rows(nullptr, 0, y, 5);
    for (float v : y) CHECK(v == 0);
  }
}

}  // namespace kernels_test
