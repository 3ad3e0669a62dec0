// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "ops/op_fixture.hpp"

#include <encore/ops/concat.hpp>
#include <encore/ops/embed.hpp>
#include <encore/ops/gather_rows.hpp>
#include <encore/ops/l2_normalise.hpp>
#include <encore/ops/pool.hpp>

using namespace ops_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

Indices indices(const std::vector<std::int32_t>& values) { return {values.data(), std::int64_t(values.size())}; }

}  // namespace

TEST_CASE("embed sums rows of its tables, and repeated rows add up in the gradient") {
  Bench bench;
  const ParameterId word = bench.root().table("word", 5, 4), position = bench.root().table("position", 6, 4);
  bench.start();
  const std::vector<std::int32_t> ids{3, 0, 3, 4, 3}, positions{0, 1, 2, 0, 1};
  op::Embed op;
  op.count = 2;
  op.terms[0] = {word, indices(ids), 0};
  op.terms[1] = {position, indices(positions), 2};
  CHECK(value_error(forward(bench, op, {}).y, [&](auto r, auto c) {
          return bench.values(word)(ids[std::size_t(r)], c) + bench.values(position)(positions[std::size_t(r)] + 2, c);
        }) == 0);
  CHECK(gradient_error(bench, op, {}) < 1e-10);
  op.count = 1;
  CHECK(gradient_error(bench, op, {}) < 1e-10);
}

TEST_CASE("embed refuses terms of different widths or lengths") {
  Bench bench;
  const ParameterId word = bench.root().table("word", 5, 4), wide = bench.root().table("wide", 5, 6);
  bench.start();
  const std::vector<std::int32_t> three{0, 1, 2}, two{0, 1};
  op::Embed op;
  op.count = 2;
  op.terms[0] = {word, indices(three), 0};
  op.terms[1] = {wide, indices(three), 0};
  CHECK_THROWS_MATCHES(
      forward(bench, op, {}), ShapeError,
      MessageMatches(ContainsSubstring("embed:") && ContainsSubstring("[3, 4]") && ContainsSubstring("[3, 6]")));
  op.terms[1] = {word, indices(two), 0};
  CHECK_THROWS_MATCHES(
      forward(bench, op, {}), ShapeError,
      MessageMatches(ContainsSubstring("embed:") && ContainsSubstring("[3, 4]") && ContainsSubstring("[2, 4]")));
}

TEST_CASE("gather_rows copies rows, and rows taken twice gather both gradients") {
  Bench bench;
  bench.start();
  const Matrix x = Matrix::normal(4, 3, 1);
  for (const std::vector<std::int32_t>& taken : {std::vector<std::int32_t>{2, 0, 2, 2, 3}, {1}, {}}) {
    const op::GatherRows op{.indices = indices(taken)};
    CHECK(value_error(forward(bench, op, {x}).y, [&](auto r, auto c) { return x(taken[std::size_t(r)], c); }) == 0);
    CHECK(gradient_error(bench, op, {x}) < 1e-10);
  }
}

TEST_CASE("gather_rows refuses rows that are not there") {
  Bench bench;
  bench.start();
  for (const std::int32_t row : {-1, 4}) {
    const std::vector<std::int32_t> taken{0, row};
    CHECK_THROWS_MATCHES(forward(bench, op::GatherRows{.indices = indices(taken)}, {Matrix(4, 3, 0)}), InputError,
                         MessageMatches(ContainsSubstring("gather_rows:") && ContainsSubstring(std::to_string(row))));
  }
}

TEST_CASE("pool takes one row, the maximum or a mean of each sequence, or of its rows from one on") {
  for (const std::vector<std::int64_t>& lengths : {std::vector<std::int64_t>{3, 1, 4}, {1}, {7}, {2, 2}}) {
    Bench bench(lengths);
    bench.start();
    const Matrix x = Matrix::normal(bench.segments.tokens(), 5, 9);
    std::vector<std::int32_t> later;  // rows in the middle of sequences
    for (std::int64_t s = 0; s < bench.segments.count(); ++s)
      later.push_back(std::int32_t(bench.segments.begin(s) + bench.segments.length(s) / 2));
    for (const bool whole : {true, false})
      for (const Pooling pooling :
           {Pooling::first, Pooling::last, Pooling::mean, Pooling::max, Pooling::mean_sqrt, Pooling::weighted_mean}) {
        const op::Pool op{.pooling = pooling, .firsts = whole ? Indices{} : indices(later)};
        CAPTURE(whole, int(pooling), lengths.size());
        CHECK(value_error(forward(bench, op, {x}).y, [&](auto s, auto c) {
                const std::int64_t begin = bench.segments.begin(s), end = bench.segments.end(s);
                const std::int64_t first = whole ? begin : later[std::size_t(s)];
                double sum = 0, most = -1e300, weighted = 0, weights = 0;
                for (std::int64_t n = first; n < end; ++n) {
                  sum += x(n, c);
                  most = std::fmax(most, x(n, c));
                  weighted += double(n - begin + 1) * x(n, c);
                  weights += double(n - begin + 1);
                }
                switch (pooling) {
                  case Pooling::first: return x(first, c);
                  case Pooling::last: return x(end - 1, c);
                  case Pooling::max: return most;
                  case Pooling::mean: return sum / double(end - first);
                  case Pooling::mean_sqrt: return sum / std::sqrt(double(end - first));
                  case Pooling::weighted_mean: return weighted / weights;
                }
                return 0.0;
              }) < 1e-15);
        CHECK(gradient_error(bench, op, {x}) < 1e-10);
      }
  }
}

TEST_CASE("pool refuses first rows that are not one of each sequence") {
  Bench bench({3, 2});
  bench.start();
  const std::vector<std::int32_t> one{0};
  CHECK_THROWS_MATCHES(forward(bench, op::Pool{.firsts = indices(one)}, {Matrix(5, 2, 0)}), ShapeError,
                       MessageMatches(ContainsSubstring("pool:") && ContainsSubstring("first rows")));
}

TEST_CASE("the gradient of a maximum goes to the first of equal rows") {
  Bench bench({3});
  bench.start();
  const Matrix x(3, 1, 2.0), y(1, 1, 2.0), dy(1, 1, 5.0);
  Matrix dx(3, 1);
  const std::vector<MatrixView<const double>> in{x.view()};
  const std::vector<MatrixView<double>> out{dx.view()};
  op::Pool{.pooling = Pooling::max}.backward<B>(bench.env(), in, y.view(), {}, dy.view(), out);
  CHECK(dx(0, 0) == 5);
  CHECK(dx(1, 0) == 0);
  CHECK(dx(2, 0) == 0);
}

TEST_CASE("concat puts columns side by side and hands each its part of the gradient") {
  Bench bench;
  bench.start();
  const Matrix a = Matrix::normal(3, 2, 1), b = Matrix::normal(3, 1, 2), c = Matrix::normal(3, 4, 3);
  CHECK(value_error(forward(bench, op::Concat{}, {a, b, c}).y, [&](auto r, auto i) {
          return i < 2 ? a(r, i) : i < 3 ? b(r, i - 2) : c(r, i - 3);
        }) == 0);
  CHECK(gradient_error(bench, op::Concat{}, {a, b, c}) < 1e-10);
  CHECK_THROWS_MATCHES(
      forward(bench, op::Concat{}, {Matrix(3, 2, 0), Matrix(2, 5, 0)}), ShapeError,
      MessageMatches(ContainsSubstring("concat:") && ContainsSubstring("[3, 2]") && ContainsSubstring("[2, 5]")));
}

TEST_CASE("l2_normalise makes rows of length one, and leaves short rows finite") {
  Bench bench;
  bench.start();
  const Matrix x = Matrix::normal(4, 5, 1);
  auto norm = [&](std::int64_t r) {
    double square = 0;
    for (int c = 0; c < 5; ++c) square += x(r, c) * x(r, c);
    return std::sqrt(square);
  };
  CHECK(value_error(forward(bench, op::L2Normalise{}, {x}).y, [&](auto r, auto c) { return x(r, c) / norm(r); }) <
        1e-15);
  CHECK(gradient_error(bench, op::L2Normalise{}, {x}) < 1e-10);
  // Rows shorter than eps are divided by eps.
  const op::L2Normalise wide{.eps = 100};
  CHECK(value_error(forward(bench, wide, {x}).y, [&](auto r, auto c) { return x(r, c) / 100; }) < 1e-15);
  CHECK(gradient_error(bench, wide, {x}) < 1e-10);
  CHECK(value_error(forward(bench, op::L2Normalise{}, {Matrix(2, 3, 0)}).y, [](auto, auto) { return 0.0; }) == 0);
}

TEST_CASE("pool refuses rows that are not the tokens of the segments") {
  Bench bench({3, 2});
  bench.start();
  CHECK_THROWS_MATCHES(
      forward(bench, op::Pool{}, {Matrix(4, 2, 0)}), ShapeError,
      MessageMatches(ContainsSubstring("pool:") && ContainsSubstring("[4, 2]") && ContainsSubstring("[5, 2]")));
}
