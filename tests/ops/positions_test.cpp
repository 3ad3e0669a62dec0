// SPDX-License-Identifier: Apache-2.0
// Ops that look at where a row stands in its sequence: rotate, shift.
#include "catch.hpp"
#include "ops/attention_cases.hpp"

#include <encore/ops/rotate.hpp>
#include <encore/ops/shift.hpp>

#include <complex>

using namespace ops_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("shift takes the row further on in the same sequence, and zeros beyond its ends") {
  for (const std::vector<std::int64_t>& lengths : {std::vector<std::int64_t>{1}, {5}, {3, 1, 4}}) {
    Bench bench(lengths);
    bench.start();
    const Matrix x = Matrix::normal(bench.segments.tokens(), 3, 1);
    for (const std::int64_t by : {-7, -2, -1, 0, 1, 2, 7}) {
      const op::Shift op{.by = by};
      CHECK(value_error(forward(bench, op, {x}).y, [&](auto r, auto c) {
              std::int64_t s = 0;
              while (bench.segments.end(s) <= r) ++s;
              const std::int64_t from = r + by;
              return from < bench.segments.begin(s) || from >= bench.segments.end(s) ? 0.0 : x(from, c);
            }) == 0);
      CHECK(gradient_error(bench, op, {x}) < 1e-10);
    }
  }
}

TEST_CASE("rotate turns pairs of columns of every head by the angles of the position") {
  for (const bool interleaved : {false, true}) {
    for (const std::int64_t rotary : {2, 4}) {
      Bench bench({2, 7, 1});
      const AttentionCase c{.name = "rotate", .head_size = 5, .rotary = rotary, .interleaved = interleaved};
      const op::Attention attention = declare(c, bench);
      const op::Rotate op{.spec = attention.spec};
      bench.start();
      const Matrix x = Matrix::normal(10, 10, 1);
      CHECK(value_error(forward(bench, op, {x}).y, [&](auto r, auto col) {
              std::int64_t s = 0;
              while (bench.segments.end(s) <= r) ++s;
              const std::int64_t head = col / 5 * 5, e = col % 5;
              if (e >= rotary) return x(r, col);
              const std::int64_t pair = interleaved ? e / 2 : e % (rotary / 2);
              const std::int64_t a = interleaved ? 2 * pair : pair, b = interleaved ? 2 * pair + 1 : pair + rotary / 2;
              const std::complex<double> turned = std::complex<double>(x(r, head + a), x(r, head + b)) *
                                                  std::polar(1.0, rope_angle(r - bench.segments.begin(s), pair));
              return e == a ? turned.real() : turned.imag();
            }) < 1e-15);
      CHECK(gradient_error(bench, op, {x}) < 1e-10);
    }
  }
}

TEST_CASE("rotate refuses columns that are not whole heads, and sequences longer than its table") {
  Bench bench({9});
  const AttentionCase c{.name = "rotate", .rotary = 4};
  const op::Attention attention = declare(c, bench);
  const op::Rotate op{.spec = attention.spec};
  bench.start();
  CHECK_THROWS_MATCHES(forward(bench, op, {Matrix(9, 8, 0)}), InputError,
                       MessageMatches(ContainsSubstring("9 tokens") && ContainsSubstring("8 positions")));
  CHECK_THROWS_MATCHES(forward(bench, op, {Matrix(9, 7, 0)}), ShapeError,
                       MessageMatches(ContainsSubstring("rotate") && ContainsSubstring("whole heads")));
}
