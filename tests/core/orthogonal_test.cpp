// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include <encore/core/error.hpp>
#include <encore/core/orthogonal.hpp>

#include <cmath>

using namespace encore;

namespace {

// What Gram and Schmidt make of the stream's numbers: rows made orthonormal one after the other, twice each, for once
// leaves what rounding makes of almost parallel ones. Of more rows than columns, the columns.
std::vector<double> gram_schmidt(std::int64_t rows, std::int64_t cols, const RandomStream& stream) {
  const bool wide = rows < cols;
  const std::size_t count = std::size_t(std::min(rows, cols)), length = std::size_t(std::max(rows, cols));
  const auto place = [&](std::size_t i, std::size_t c) { return wide ? i * length + c : c * count + i; };
  std::vector<std::vector<double>> made(count, std::vector<double>(length));
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double>& v = made[i];
    for (std::size_t c = 0; c < length; ++c) v[c] = stream.normal(place(i, c));
    const auto dot = [&](const std::vector<double>& a) {
      double sum = 0;
      for (std::size_t c = 0; c < length; ++c) sum += a[c] * v[c];
      return sum;
    };
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t before = 0; before < i; ++before) {
        const double along = dot(made[before]);
        for (std::size_t c = 0; c < length; ++c) v[c] -= along * made[before][c];
      }
      const double norm = std::sqrt(dot(v));
      for (double& number : v) number /= norm;
    }
  }
  std::vector<double> result(count * length);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t c = 0; c < length; ++c) result[place(i, c)] = made[i][c];
  return result;
}

}  // namespace

TEST_CASE("a random orthogonal matrix is what Gram and Schmidt make of the same normal numbers") {
  const RandomStream stream{3, 5};
  double worst = 0;
  for (const auto& [rows, cols] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1}, {1, 4}, {4, 1}, {2, 5}, {5, 2}, {7, 7}, {64, 64}, {40, 96}, {96, 40}}) {
    const std::vector<double> made = random_orthogonal(rows, cols, stream), expected = gram_schmidt(rows, cols, stream);
    REQUIRE(made.size() == expected.size());
    for (std::size_t i = 0; i < made.size(); ++i) worst = std::fmax(worst, std::fabs(made[i] - expected[i]));
  }
  INFO("worst " << worst);
  CHECK(worst < 1e-14);
}

TEST_CASE("rows of a random orthogonal matrix are orthonormal, columns where there are fewer") {
  const std::int64_t rows = 30, cols = 50;
  for (const bool wide : {true, false}) {
    const auto q = wide ? random_orthogonal(rows, cols, {1, 2}) : random_orthogonal(cols, rows, {1, 2});
    double worst = 0;
    for (std::int64_t a = 0; a < rows; ++a)
      for (std::int64_t b = 0; b <= a; ++b) {
        double sum = a == b ? -1 : 0;
        for (std::int64_t c = 0; c < cols; ++c)
          sum += wide ? q[std::size_t(a * cols + c)] * q[std::size_t(b * cols + c)]
                      : q[std::size_t(c * rows + a)] * q[std::size_t(c * rows + b)];
        worst = std::fmax(worst, std::fabs(sum));
      }
    INFO("worst " << worst);
    CHECK(worst < 1e-14);
  }
}

TEST_CASE("a random orthogonal matrix depends on its stream, may be empty, and has no negative extent") {
  CHECK(random_orthogonal(3, 4, {1, 2}) == random_orthogonal(3, 4, {1, 2}));
  CHECK(random_orthogonal(3, 4, {1, 2}) != random_orthogonal(3, 4, {2, 2}));
  CHECK(random_orthogonal(3, 4, {1, 2}) != random_orthogonal(3, 4, {1, 3}));
  CHECK(random_orthogonal(0, 4, {}).empty());
  CHECK(random_orthogonal(4, 0, {}).empty());
  CHECK_THROWS_AS(random_orthogonal(-1, 4, {}), ArgumentError);
}
