// SPDX-License-Identifier: Apache-2.0
// Ops that mix the tokens of a sequence without scores.
#include "catch.hpp"
#include "ops/op_fixture.hpp"

#include <encore/ops/fourier.hpp>
#include <encore/ops/linear_attention.hpp>

#include <complex>

using namespace ops_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

const std::vector<std::vector<std::int64_t>> batches{{1}, {7}, {3, 1, 4}, {1, 1, 5, 2}};

// Positive, as features are.
Matrix features(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  Matrix m = Matrix::normal(rows, cols, seed);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < cols; ++c) m(r, c) = std::exp(0.5 * m(r, c));
  return m;
}

std::int64_t sequence_of(const Segments& segments, std::int64_t row) {
  std::int64_t s = 0;
  while (segments.end(s) <= row) ++s;
  return s;
}

}  // namespace

TEST_CASE("linear_attention is attention with the products of features as weights") {
  for (const std::vector<std::int64_t>& lengths : batches) {
    for (const std::int64_t heads : {1, 3}) {
      constexpr std::int64_t f = 3, d = 2;  // of a head
      Bench bench(lengths);
      bench.start();
      const std::int64_t n = bench.segments.tokens();
      const Matrix q = features(n, heads * f, 1), k = features(n, heads * f, 2), v = Matrix::normal(n, heads * d, 3);
      const op::LinearAttention op{.heads = heads};
      CHECK(value_error(forward(bench, op, {q, k, v}).y, [&](std::int64_t i, std::int64_t c) {
              const std::int64_t s = sequence_of(bench.segments, i), h = c / d;
              double sum = 0, weights = 0;
              for (std::int64_t j = bench.segments.begin(s); j < bench.segments.end(s); ++j) {
                double weight = 0;
                for (std::int64_t x = h * f; x < (h + 1) * f; ++x) weight += q(i, x) * k(j, x);
                sum += weight * v(j, c);
                weights += weight;
              }
              return sum / weights;
            }) < 1e-14);
      // What one token gets depends on no feature: all that differences by features see is rounding, and a longer step
      // sees less of it.
      CHECK(gradient_error(bench, op, {q, k, v}, n == 1 ? 1e-2 : 1e-4) < 1e-10);
    }
  }
}

TEST_CASE("linear_attention over one token is its value") {
  Bench bench({1, 1});
  bench.start();
  const Matrix v = Matrix::normal(2, 4, 3);
  CHECK(value_error(forward(bench, op::LinearAttention{.heads = 2}, {features(2, 6, 1), features(2, 6, 2), v}).y,
                    [&](auto r, auto c) { return v(r, c); }) < 1e-15);
}

TEST_CASE("linear_attention refuses operands that do not fit") {
  Bench bench({3, 2});
  bench.start();
  const auto refuses = [&](std::int64_t heads, const Matrix& q, const Matrix& k, const Matrix& v, const char* rule) {
    CHECK_THROWS_MATCHES(forward(bench, op::LinearAttention{.heads = heads}, {q, k, v}), ShapeError,
                         MessageMatches(ContainsSubstring("linear_attention:") && ContainsSubstring(rule)));
  };
  refuses(2, Matrix(5, 4, 1), Matrix(5, 6, 1), Matrix(5, 4, 1), "features of queries and keys differ");
  refuses(2, Matrix(5, 4, 1), Matrix(5, 4, 1), Matrix(4, 4, 1), "rows of features and values differ");
  refuses(2, Matrix(5, 4, 1), Matrix(5, 4, 1), Matrix(5, 3, 1), "columns are not whole heads");
  refuses(0, Matrix(5, 4, 1), Matrix(5, 4, 1), Matrix(5, 4, 1), "columns are not whole heads");
  refuses(2, Matrix(4, 4, 1), Matrix(4, 4, 1), Matrix(4, 4, 1), "rows are not the tokens of the segments");
}

TEST_CASE("fourier is the real part of the complex transform of each sequence") {
  for (const std::vector<std::int64_t>& lengths : batches) {
    Bench bench(lengths);
    bench.start();
    const std::int64_t n = bench.segments.tokens();
    const Matrix u = Matrix::normal(n, 3, 1), w = Matrix::normal(n, 3, 2);
    CHECK(value_error(forward(bench, op::Fourier{}, {u, w}).y, [&](std::int64_t i, std::int64_t c) {
            const std::int64_t s = sequence_of(bench.segments, i), begin = bench.segments.begin(s);
            std::complex<double> sum = 0;
            for (std::int64_t j = begin; j < bench.segments.end(s); ++j) {
              const double turns = double((i - begin) * (j - begin)) / double(bench.segments.length(s));
              sum += std::complex<double>(u(j, c), -w(j, c)) * std::polar(1.0, -2 * std::acos(-1.0) * turns);
            }
            return sum.real();
          }) < 1e-13);
    CHECK(gradient_error(bench, op::Fourier{}, {u, w}) < 1e-10);
  }
}

TEST_CASE("fourier of a constant sequence is n times its first row, and zero below") {
  Bench bench({512});
  bench.start();
  const Matrix y = forward(bench, op::Fourier{}, {Matrix(512, 1, 1), Matrix(512, 1, 0)}).y;
  CHECK(y(0, 0) == 512);
  for (std::int64_t i = 1; i < 512; ++i) CHECK(std::fabs(y(i, 0)) < 1e-12);
}

TEST_CASE("fourier refuses operands that do not fit") {
  Bench bench({3, 2});
  bench.start();
  CHECK_THROWS_MATCHES(
      forward(bench, op::Fourier{}, {Matrix(5, 2, 0), Matrix(5, 3, 0)}), ShapeError,
      MessageMatches(ContainsSubstring("fourier:") && ContainsSubstring("[5, 2]") && ContainsSubstring("[5, 3]")));
  CHECK_THROWS_MATCHES(
      forward(bench, op::Fourier{}, {Matrix(4, 2, 0), Matrix(4, 2, 0)}), ShapeError,
      MessageMatches(ContainsSubstring("fourier:") && ContainsSubstring("[4, 2]") && ContainsSubstring("[5, 2]")));
}
