// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "ops/attention_cases.hpp"

#include <complex>

using namespace ops_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

// A head of q or k as the formulas have it: pairs as complex numbers, rotated by e^(i angle).
std::vector<double> turned(const AttentionCase& c, const Matrix& x, std::int64_t row, std::int64_t head,
                           std::int64_t position) {
  std::vector<double> v;
  for (std::int64_t i = 0; i < c.head_size; ++i) v.push_back(x(row, head * c.head_size + i));
  for (std::int64_t i = 0; i < c.rotary / 2; ++i) {
    double& re = v[std::size_t(c.interleaved ? 2 * i : i)];
    double& im = v[std::size_t(c.interleaved ? 2 * i + 1 : i + c.rotary / 2)];
    const std::complex<double> z = std::complex<double>(re, im) * std::polar(1.0, rope_angle(position, i));
    re = z.real();
    im = z.imag();
  }
  return v;
}

double dot(const std::vector<double>& a, const double* b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// q . k, each column by its decay.
double decayed(const AttentionCase& c, const std::vector<double>& q, const std::vector<double>& k,
               std::int64_t distance) {
  double sum = 0;
  for (std::int64_t i = 0; i < c.head_size; ++i) {
    const bool turns = c.decay && i < c.rotary;
    const std::int64_t pair = c.interleaved ? i / 2 : i % std::max<std::int64_t>(1, c.rotary / 2);
    sum += q[std::size_t(i)] * k[std::size_t(i)] * (turns ? decay_factor(distance, pair) : 1);
  }
  return sum;
}

// out(row, column), all scores in one matrix row, the softmax without tricks.
double expected(const AttentionCase& c, const Bench& bench, const std::vector<Matrix>& in, std::int64_t row,
                std::int64_t column) {
  const Segments& segments = bench.segments;
  std::int64_t s = 0;
  while (segments.end(s) <= row) ++s;
  const std::int64_t begin = segments.begin(s), i = row - begin, head = column / c.head_size,
                     shared = head * c.kv_heads / c.heads;
  const std::vector<double> q = turned(c, in[0], row, head, i);
  double total = 0, sum = 0;
  for (std::int64_t j = 0; j < segments.length(s); ++j) {
    if (c.window >= 0 && std::abs(i - j) > c.window) continue;
    const std::vector<double> k = turned(c, in[1], begin + j, shared, j);
    double score = decayed(c, q, k, std::abs(i - j));
    const std::int64_t distance = i - j + table_positions - 1, first = c.by_head ? head * c.head_size : 0;
    std::size_t next = 3;
    if (c.to_query) score += dot(q, in[next++].view().row(distance) + first);
    if (c.to_key) score += dot(k, in[next++].view().row(distance) + first);
    score = c.scale * score + (c.bias ? in[next](distance, head) : 0.0);
    if (c.softcap > 0) score = c.softcap * std::tanh(score / c.softcap);
    const double weight = c.sigmoid ? 1 / (1 + double(segments.length(s)) * std::exp(-score)) : std::exp(score);
    total += weight;
    sum += weight * in[2](begin + j, shared * c.head_size + column % c.head_size);
  }
  if (c.sinks) total += std::exp(in.back()(0, head));
  return c.sigmoid ? sum : sum / total;
}

}  // namespace

TEST_CASE("attention with any of its hooks has the values of the formula, sequence by sequence") {
  for (const AttentionCase& c : attention_cases()) {
    INFO(c.name);
    for (const std::vector<std::int64_t>& lengths : {std::vector<std::int64_t>{1}, {2}, {7}, {2, 7, 1, 3}}) {
      Bench bench(lengths);
      const op::Attention op = declare(c, bench);
      bench.start();
      const std::vector<Matrix> in = attention_inputs(c, bench.segments.tokens());
      const Result result = forward(bench, op, in);
      CHECK(value_error(result.y, [&](auto r, auto col) { return expected(c, bench, in, r, col); }) <
            1e-14);  // measured: 9e-16
    }
  }
}

TEST_CASE("the log-sums that attention saves are those of its scores") {
  Bench bench({3});
  bench.start();
  const AttentionCase c{.name = "plain", .heads = 1, .kv_heads = 1};
  const op::Attention op = declare(c, bench);
  const std::vector<Matrix> in = attention_inputs(c, 3);
  const Result result = forward(bench, op, in);
  CHECK(value_error(result.saved, [&](auto r, auto) {
          double total = 0;
          for (int j = 0; j < 3; ++j) {
            double score = 0;
            for (int i = 0; i < 4; ++i) score += in[0](r, i) * in[1](j, i);
            total += std::exp(c.scale * score);
          }
          return std::log(total);
        }) < 1e-14);
}

TEST_CASE("attention stays finite and sharp for scores far apart") {
  Bench bench({3});
  bench.start();
  const AttentionCase c{.name = "plain", .heads = 1, .kv_heads = 1, .head_size = 1, .scale = 1};
  const op::Attention op = declare(c, bench);
  Matrix q(3, 1), k(3, 1), v(3, 1);
  const double keys[] = {-2000, 2000, 0};
  for (int i = 0; i < 3; ++i) {
    q(i, 0) = i - 1;  // -1, 0, 1
    k(i, 0) = keys[i];
    v(i, 0) = 1 << i;
  }
  const double expected_values[] = {1, 7.0 / 3, 2};  // all on key 0, on all keys, all on key 1
  CHECK(value_error(forward(bench, op, {q, k, v}).y, [&](auto r, auto) { return expected_values[r]; }) < 1e-15);
}

TEST_CASE("attention refuses shapes that do not fit and names itself and both shapes") {
  Bench bench({3});
  const AttentionCase c = attention_cases()[2];  // four heads of 3 share two
  const op::Attention op = declare(c, bench);
  bench.start();
  auto refuses = [&](std::vector<Matrix> in, const std::string& one, const std::string& other) {
    CHECK_THROWS_MATCHES(
        forward(bench, op, in), ShapeError,
        MessageMatches(ContainsSubstring("attention:") && ContainsSubstring(one) && ContainsSubstring(other)));
  };
  refuses({Matrix(3, 11, 0), Matrix(3, 6, 0), Matrix(3, 6, 0)}, "[3, 11]", "[3, 12]");
  refuses({Matrix(3, 12, 0), Matrix(3, 12, 0), Matrix(3, 6, 0)}, "[3, 12]", "[3, 6]");
  refuses({Matrix(3, 12, 0), Matrix(3, 6, 0), Matrix(2, 6, 0)}, "[2, 6]", "[3, 6]");
  refuses({Matrix(4, 12, 0), Matrix(4, 6, 0), Matrix(4, 6, 0)}, "[4, 12]", "[3, 12]");

  op::Attention uneven = op;
  for (const std::int64_t kv_heads : {0, 3}) {
    uneven.spec.kv_heads = kv_heads;
    CHECK_THROWS_MATCHES(forward(bench, uneven, attention_inputs(c, 3)), ArgumentError,
                         MessageMatches(ContainsSubstring("attention: 4 heads")));
  }
}

TEST_CASE("attention refuses a sequence longer than its tables and says how long they are") {
  for (const AttentionCase& c :
       {AttentionCase{.name = "RoPE", .rotary = 4}, AttentionCase{.name = "distances", .to_query = true}}) {
    Bench bench({9});
    const op::Attention op = declare(c, bench);
    bench.start();
    CHECK_THROWS_MATCHES(forward(bench, op, attention_inputs(c, 9)), InputError,
                         MessageMatches(ContainsSubstring("9 tokens") && ContainsSubstring("8 positions")));
  }
}
