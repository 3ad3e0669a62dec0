// SPDX-License-Identifier: Apache-2.0
// The attention kernel against a naive softmax in double precision, and its same-bits promise.
#include "kernels_fixture.hpp"

#include <catch.hpp>
#include <encore/testing/worst.hpp>

#include <algorithm>
#include <limits>
#include <ostream>

namespace kernels_test {
namespace {

using encore::testing::worst_of;

struct Shape {
  index length, head_size;
  index rotary = 0;
  bool interleaved = false;
  int relative = 0;  // 0 none, 1 with the query, 2 with the key too, 3 with the key alone, 4 a bias
  index window = -1;
  float deviation = 1;
};

std::ostream& operator<<(std::ostream& out, const Shape& s) {
  return out << "length " << s.length << " head " << s.head_size << " rotary " << s.rotary << " interleaved "
             << s.interleaved << " relative " << s.relative << " window " << s.window;
}

struct Attention {
  explicit Attention(const Shape& s)
      : shape(s),
        ld(s.head_size + 3),
        q((s.length - 1) * ld + s.head_size),
        k(q.size()),
        v(q.size()),
        cosine(std::max<index>(1, s.length * (s.rotary / 2))),
        sine(cosine.size()),
        relative((2 * s.length - 2) * ld + s.head_size),
        to_key(relative.size()) {
    fill_normal(q.data(), q.size(), 1, s.deviation);
    fill_normal(k.data(), k.size(), 2, s.deviation);
    fill_normal(v.data(), v.size(), 3);
    fill_normal(relative.data(), relative.size(), 4, 0.5f);
    fill_normal(to_key.data(), to_key.size(), 5, 0.5f);
    for (index p = 0; p < s.length; ++p)
      for (index i = 0; i < s.rotary / 2; ++i) {
        const double angle = double(p) * std::pow(100.0, -2.0 * double(i) / double(s.rotary));
        cosine[p * (s.rotary / 2) + i] = float(std::cos(angle));
        sine[p * (s.rotary / 2) + i] = float(std::sin(angle));
      }
  }

  encore::cpu::AttentionTask task(float* out, float* log_sum) const {
    encore::cpu::AttentionTask t;
    t.q = q.data();
    t.k = k.data();
    t.v = v.data();
    t.ldq = t.ldk = t.ldv = t.ldo = ld;
    t.out = out;
    t.length = shape.length;
    t.row_end = shape.length;
    t.head_size = shape.head_size;
    t.scale = 1 / std::sqrt(float(shape.head_size));
    if (shape.rotary) {
      t.cosine = cosine.data();
      t.sine = sine.data();
      t.rotary = shape.rotary;
      t.interleaved = shape.interleaved;
    }
    const index zero = (shape.length - 1) * ld;
    if (shape.relative == 1 || shape.relative == 2) t.terms.to_query = {relative.data() + zero, ld};
    if (shape.relative == 2 || shape.relative == 3) t.terms.to_key = {to_key.data() + zero, ld};
    if (shape.relative == 4) t.terms.bias = {relative.data() + zero, ld};
    t.window = shape.window;
    t.log_sum = log_sum;
    t.ldlog_sum = 2;
    return t;
  }

  std::vector<double> rotated(const float* row, index position) const {
    std::vector<double> x(row, row + shape.head_size), y = x;
    const index half = shape.rotary / 2;
    for (index i = 0; i < half; ++i) {
      const std::size_t a = std::size_t(shape.interleaved ? 2 * i : i),
                        b = std::size_t(shape.interleaved ? 2 * i + 1 : i + half);
      const double c = cosine[position * half + i], s = sine[position * half + i];
      y[a] = x[a] * c - x[b] * s;
      y[b] = x[b] * c + x[a] * s;
    }
    return y;
  }

  // Row i of the output, and the log of the sum.
  std::vector<double> expected(index i, double& log_sum) const {
    const std::vector<double> qi = rotated(q.data() + i * ld, i);
    std::vector<double> scores;
    double largest = -1e300;
    for (index j = 0; j < shape.length; ++j) {
      const std::vector<double> kj = rotated(k.data() + j * ld, j);
      const float* r = relative.data() + (shape.length - 1 + i - j) * ld;
      double s = 0;
      for (index d = 0; d < shape.head_size; ++d) {
        s += qi[std::size_t(d)] * kj[std::size_t(d)];
        if (shape.relative == 1 || shape.relative == 2) s += qi[std::size_t(d)] * r[d];
        if (shape.relative == 2 || shape.relative == 3)
          s += kj[std::size_t(d)] * to_key[(shape.length - 1 + i - j) * ld + d];
      }
      scores.push_back(s / std::sqrt(double(shape.head_size)) + (shape.relative == 4 ? double(r[0]) : 0.0));
      if (shape.window >= 0 && std::abs(i - j) > shape.window) scores.back() = -1e300;
      largest = std::max(largest, scores.back());
    }
    double sum = 0;
    std::vector<double> out(std::size_t(shape.head_size), 0);
    for (index j = 0; j < shape.length; ++j) {
      const double p = std::exp(scores[std::size_t(j)] - largest);
      sum += p;
      for (index d = 0; d < shape.head_size; ++d) out[std::size_t(d)] += p * v[j * ld + d];
    }
    for (double& o : out) o /= sum;
    log_sum = largest + std::log(sum);
    return out;
  }

  Shape shape;
  index ld;
  GuardedFloats q, k, v, cosine, sine, relative, to_key;
};

// Runs rows [begin, end) in scratch of exactly the size asked for, full of what an earlier task might have left.
void run(const KernelTable& table, const Attention& a, float* out, float* log_sum, index begin, index end,
         float left_over) {
  GuardedFloats scratch(
      table.attention_scratch(a.shape.length, a.shape.head_size,
                              {{a.shape.relative == 1 || a.shape.relative == 2,
                                a.shape.relative == 2 || a.shape.relative == 3, a.shape.relative == 4}}),
      left_over);
  auto task = a.task(out, log_sum);
  task.row_begin = begin;
  task.row_end = end;
  table.attention(task, scratch.data());
}

void check(const KernelTable& table, const Shape& shape) {
  const Attention a(shape);
  const index n = shape.length, ld = a.ld, size = (n - 1) * ld + shape.head_size;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  GuardedFloats out(size, poison), log_sum(2 * n - 1, poison);
  run(table, a, out.data(), log_sum.data(), 0, n, nan);
  std::vector<double> expected;
  std::vector<float> actual;
  double worst_log = 0;
  bool outside_untouched = true;
  for (index i = 0; i<n; i += n> 300 ? 23 : 1) {
    double log = 0;
    for (double o : a.expected(i, log)) expected.push_back(o);
    actual.insert(actual.end(), out.data() + i * ld, out.data() + i * ld + shape.head_size);
    worst_log = worst_of(worst_log, std::abs(log_sum[2 * i] - log) / std::max(1.0, std::abs(log)));
    if (i + 1 < n) {
      outside_untouched &= same_bits(log_sum[2 * i + 1], poison);
      for (index d = shape.head_size; d < ld; ++d) outside_untouched &= same_bits(out[i * ld + d], poison);
    }
  }
  CAPTURE(table.isa, shape);
  CHECK(relative_error(actual.data(), expected) < 1e-6);  // measured 2e-7 to 5e-7
  CHECK(worst_log < 1e-6);
  CHECK(outside_untouched);

  GuardedFloats again(size, poison), again_log(2 * n - 1, poison);
  for (index begin = 0, chunk = 1; begin < n; begin += chunk, chunk = chunk * 3 + 2) {
    chunk = std::min(chunk, n - begin);
    run(table, a, again.data(), again_log.data(), begin, begin + chunk, 3e38f);
  }
  CHECK(same_bits(again.data(), out.data(), size));
  CHECK(same_bits(again_log.data(), log_sum.data(), 2 * n - 1));
}

}  // namespace

TEST_CASE("attention equals the naive softmax for every head size", "[kernels]") {
  for (const KernelTable* table : all_tables()) {
    for (index head_size = 1; head_size <= 70; ++head_size) check(*table, {21, head_size});
    for (index head_size : {80, 96, 100, 128, 129, 192, 255, 256}) check(*table, {40, head_size});
  }
}

TEST_CASE("attention equals the naive softmax for every length", "[kernels]") {
  for (const KernelTable* table : all_tables()) {
    for (index length = 1; length <= 70; ++length) check(*table, {length, 32});
    for (index length : {127, 128, 129, 167, 168, 169, 255, 256, 257, 300, 511, 513, 700}) check(*table, {length, 16});
    check(*table, {2100, 8});
  }
}

TEST_CASE("attention rotates queries and keys, in both pairings, partly too", "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (bool interleaved : {false, true})
      for (index length : {3, 50, 280}) {
        for (index head_size : {8, 32, 64}) check(*table, {length, head_size, head_size, interleaved});
        check(*table, {length, 64, 32, interleaved});
        check(*table, {length, 33, 10, interleaved});
        check(*table, {length, 7, 2, interleaved});
        check(*table, {length, 5, 4, interleaved});
      }
}

TEST_CASE("attention adds rows by distance on the query's and on the key's side, and a bias", "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (int relative : {1, 2, 3, 4}) {
      for (index length : {1, 2, 5, 16, 31, 32, 33, 64, 100, 200, 257, 530})
        check(*table, {length, 16, 0, false, relative});
      for (index head_size : {1, 5, 7, 32, 33, 64}) check(*table, {45, head_size, 0, false, relative});
      check(*table, {90, 16, 16, false, relative});
    }
}

TEST_CASE("attention sees a window of keys only", "[kernels]") {
  for (const KernelTable* table : all_tables())
    for (index window : {0, 1, 5, 16, 63, 64, 100, 1000})
      for (index length : {1, 17, 64, 130, 520}) {
        check(*table, {length, 16, 0, false, 0, window});
        check(*table, {length, 8, 8, true, 2, window});
      }
}

TEST_CASE("attention keeps its accuracy with scores of hundreds", "[kernels]") {
  for (const KernelTable* table : all_tables()) {
    // Scores of size s carry a rounding error of s 6e-8, which is a relative error of the probability.
    const Attention a({600, 64, 0, false, 0, -1, 6});
    GuardedFloats out(a.q.size()), log_sum(2 * 600 - 1);
    run(*table, a, out.data(), log_sum.data(), 0, 600, 0);
    std::vector<double> expected;
    std::vector<float> actual;
    double log = 0;
    for (index i = 0; i < 600; i += 29) {
      for (double o : a.expected(i, log)) expected.push_back(o);
      actual.insert(actual.end(), out.data() + i * a.ld, out.data() + i * a.ld + 64);
    }
    CHECK(relative_error(actual.data(), expected) < 3e-5);
  }
}

TEST_CASE("a NaN in one query spoils its own row only", "[kernels]") {
  for (const KernelTable* table : all_tables()) {
    Attention a({40, 32});
    a.q[7 * a.ld + 3] = std::numeric_limits<float>::quiet_NaN();
    GuardedFloats out(a.q.size()), log_sum(2 * 40 - 1);
    run(*table, a, out.data(), log_sum.data(), 0, 40, 0);
    for (index i = 0; i < 40; ++i)
      for (index d = 0; d < 32; ++d) CHECK(std::isnan(out[i * a.ld + d]) == (i == 7));
  }
}

TEST_CASE("attention scratch grows at most linearly with the length", "[kernels]") {
  for (const KernelTable* table : all_tables()) {
    CHECK(table->attention_scratch(8192, 64, {}) == table->attention_scratch(512, 64, {}));
    const encore::AttentionTerms all{{true, true, true}};
    CHECK(table->attention_scratch(8192, 64, all) < 17 * table->attention_scratch(512, 64, all));
    CHECK(table->attention_scratch(8, 32, {}) < 16 * 1024);
  }
}

}  // namespace kernels_test
