// SPDX-License-Identifier: Apache-2.0
// Kernels that move, sum or pool whole rows: lookups, gathers, pooling over sequences, L2 normalisation.
#pragma once

#include <encore/backend/operands.hpp>
#include <encore/core/tensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace encore::reference {

// y[n] = sum of the terms' rows, in order.
template <class S>
void embed(std::span<const LookupTerm<S>> terms, MatrixView<S> y) {
  for (std::int64_t n = 0; n < y.rows; ++n) {
    for (std::int64_t c = 0; c < y.cols; ++c) {
      S sum = 0;
      for (const LookupTerm<S>& term : terms) sum += term.table[(term.indices.data[n] + term.offset) * y.cols + c];
      y(n, c) = sum;
    }
  }
}

// dtable[indices[n] + offset] += dy[n]
template <class S>
void embed_backward(Indices indices, std::int64_t offset, MatrixView<const S> dy, S* dtable) {
  for (std::int64_t n = 0; n < dy.rows; ++n)
    for (std::int64_t c = 0; c < dy.cols; ++c) dtable[(indices.data[n] + offset) * dy.cols + c] += dy(n, c);
}

// y[i] = x[indices[i]]
template <class S>
void gather_rows(MatrixView<const S> x, Indices indices, MatrixView<S> y) {
  for (std::int64_t i = 0; i < y.rows; ++i) std::copy_n(x.row(indices.data[i]), y.cols, y.row(i));
}

// dx is assigned: zero but for dx[indices[i]] = sum of dy[i].
template <class S>
void gather_rows_backward(Indices indices, MatrixView<const S> dy, MatrixView<S> dx) {
  for (std::int64_t n = 0; n < dx.rows; ++n) std::fill_n(dx.row(n), dx.cols, S(0));
  for (std::int64_t i = 0; i < dy.rows; ++i)
    for (std::int64_t c = 0; c < dy.cols; ++c) dx(indices.data[i], c) += dy(i, c);
}

// y[n] = x[n + by] within the sequence of n, else zero.
template <class S>
void shift(std::int64_t by, const Segments& segments, MatrixView<const S> x, MatrixView<S> y) {
  for (std::int64_t s = 0; s < segments.count(); ++s)
    for (std::int64_t n = segments.begin(s); n < segments.end(s); ++n) {
      const std::int64_t from = n + by;
      if (from >= segments.begin(s) && from < segments.end(s))
        std::copy_n(x.row(from), x.cols, y.row(n));
      else
        std::fill_n(y.row(n), y.cols, S(0));
    }
}

// y[s] = one row of the rows of sequence s, from firsts[s] on where there are firsts.
template <class S>
void pool(Pooling pooling, const Segments& segments, Indices firsts, MatrixView<const S> x, MatrixView<S> y) {
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    const std::int64_t begin = segments.begin(s), end = segments.end(s);
    const std::int64_t first = firsts.data ? firsts.data[s] : begin;
    const S divisor = S(pooling_divisor(pooling, first - begin, end - begin));
    for (std::int64_t c = 0; c < y.cols; ++c) {
      S value = x(pooling == Pooling::last ? end - 1 : first, c);
      if (sums_rows(pooling)) {
        value = S(0);
        for (std::int64_t n = first; n < end; ++n) value += S(pooling_weight(pooling, n - begin)) * x(n, c);
        value /= divisor;
      }
      for (std::int64_t n = first + 1; pooling == Pooling::max && n < end; ++n) value = std::max(value, x(n, c));
      y(s, c) = value;
    }
  }
}

// dx is assigned. The gradient of a maximum goes to the first row that has it.
template <class S>
void pool_backward(Pooling pooling, const Segments& segments, Indices firsts, MatrixView<const S> x,
                   MatrixView<const S> dy, MatrixView<S> dx) {
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    const std::int64_t begin = segments.begin(s), end = segments.end(s);
    const std::int64_t first = firsts.data ? firsts.data[s] : begin;
    const S divisor = S(pooling_divisor(pooling, first - begin, end - begin));
    for (std::int64_t c = 0; c < dy.cols; ++c) {
      std::int64_t chosen = pooling == Pooling::last ? end - 1 : first;
      for (std::int64_t n = chosen; pooling == Pooling::max && n < end; ++n)
        if (x(n, c) > x(chosen, c)) chosen = n;
      for (std::int64_t n = begin; n < end; ++n) {
        const bool counts = sums_rows(pooling) ? n >= first : n == chosen;
        const S weight = sums_rows(pooling) ? S(pooling_weight(pooling, n - begin)) / divisor : S(1);
        dx(n, c) = counts ? weight * dy(s, c) : S(0);
      }
    }
  }
}

// y[s] = sum_n softmax(scores of s)_n x_n; log_sums [sequences, 1] or null data.
template <class S>
void weighted_pool(const Segments& segments, MatrixView<const S> x, MatrixView<const S> scores, MatrixView<S> y,
                   MatrixView<S> log_sums) {
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    S highest = scores(segments.begin(s), 0), total = 0;
    for (std::int64_t n = segments.begin(s); n < segments.end(s); ++n) highest = std::max(highest, scores(n, 0));
    std::fill_n(y.row(s), y.cols, S(0));
    for (std::int64_t n = segments.begin(s); n < segments.end(s); ++n) {
      const S weight = std::exp(scores(n, 0) - highest);
      total += weight;
      for (std::int64_t c = 0; c < y.cols; ++c) y(s, c) += weight * x(n, c);
    }
    for (std::int64_t c = 0; c < y.cols; ++c) y(s, c) /= total;
    if (log_sums.data) log_sums(s, 0) = highest + std::log(total);
  }
}

// With weights p: dx_n = p dy, dscore_n = p dy . (x_n - y); assigned, each may be null data.
template <class S>
void weighted_pool_backward(const Segments& segments, MatrixView<const S> x, MatrixView<const S> scores,
                            MatrixView<const S> y, MatrixView<const S> log_sums, MatrixView<const S> dy,
                            MatrixView<S> dx, MatrixView<S> dscores) {
  for (std::int64_t s = 0; s < segments.count(); ++s)
    for (std::int64_t n = segments.begin(s); n < segments.end(s); ++n) {
      const S weight = std::exp(scores(n, 0) - log_sums(s, 0));
      S along = 0;
      for (std::int64_t c = 0; c < x.cols; ++c) {
        along += dy(s, c) * (x(n, c) - y(s, c));
        if (dx.data) dx(n, c) = weight * dy(s, c);
      }
      if (dscores.data) dscores(n, 0) = weight * along;
    }
}

// y = x / max(|x|_2, eps) per row
template <class S>
void l2_normalise(MatrixView<const S> x, S eps, MatrixView<S> y) {
  for (std::int64_t n = 0; n < x.rows; ++n) {
    S square = 0;
    for (std::int64_t c = 0; c < x.cols; ++c) square += x(n, c) * x(n, c);
    const S norm = std::max(std::sqrt(square), eps);
    for (std::int64_t c = 0; c < x.cols; ++c) y(n, c) = x(n, c) / norm;
  }
}

// dx = (dy - y (y . dy)) / |x| where |x| > eps, else dy / eps; assigned.
template <class S>
void l2_normalise_backward(MatrixView<const S> x, S eps, MatrixView<const S> y, MatrixView<const S> dy,
                           MatrixView<S> dx) {
  for (std::int64_t n = 0; n < x.rows; ++n) {
    S square = 0;
    S along = 0;
    for (std::int64_t c = 0; c < x.cols; ++c) {
      square += x(n, c) * x(n, c);
      along += y(n, c) * dy(n, c);
    }
    const S norm = std::sqrt(square);
    for (std::int64_t c = 0; c < x.cols; ++c)
      dx(n, c) = norm > eps ? (dy(n, c) - y(n, c) * along) / norm : dy(n, c) / eps;
  }
}

}  // namespace encore::reference
