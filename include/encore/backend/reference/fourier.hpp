// SPDX-License-Identifier: Apache-2.0
// The Fourier transform over the tokens of a sequence as it is written: n^2 terms a column, no fast transform.
// Formulas: ops/fourier.hpp.
#pragma once

#include <encore/core/segments.hpp>
#include <encore/core/tensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace encore::reference {

// 2 pi i j / n, less whole turns.
inline double fourier_angle(std::int64_t i, std::int64_t j, std::int64_t n) {
  return 6.283185307179586 * double(i * j % n) / double(n);
}

// The rows of sequence s; null data stays null.
template <class T>
MatrixView<T> sequence_rows(const Segments& segments, std::int64_t s, MatrixView<T> x) {
  return {x.data ? x.row(segments.begin(s)) : nullptr, segments.length(s), x.cols, x.stride};
}

// Row i of the transform of one sequence.
template <class S>
void fourier_row(MatrixView<const S> u, MatrixView<const S> w, std::int64_t i, S* y) {
  std::fill_n(y, u.cols, S(0));
  for (std::int64_t j = 0; j < u.rows; ++j) {
    const double angle = fourier_angle(i, j, u.rows);
    const S cosine = S(std::cos(angle));
    const S sine = S(std::sin(angle));
    const S* a = u.row(j);
    const S* b = w.row(j);
    for (std::int64_t c = 0; c < u.cols; ++c) y[c] += cosine * a[c] - sine * b[c];
  }
}

template <class S>
void fourier(const Segments& segments, MatrixView<const S> u, MatrixView<const S> w, MatrixView<S> y) {
  for (std::int64_t s = 0; s < segments.count(); ++s)
    for (std::int64_t i = 0; i < segments.length(s); ++i)
      fourier_row(sequence_rows(segments, s, u), sequence_rows(segments, s, w), i, y.row(segments.begin(s) + i));
}

// du_j = sum_i cos(2 pi i j / n) dy_i, dw_j = -sum_i sin(2 pi i j / n) dy_i; assigned, each may be null data.
template <class S>
void fourier_backward(const Segments& segments, MatrixView<const S> dy, MatrixView<S> du, MatrixView<S> dw) {
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    const MatrixView<const S> g = sequence_rows(segments, s, dy);
    const MatrixView<S> dcosine = sequence_rows(segments, s, du);
    const MatrixView<S> dsine = sequence_rows(segments, s, dw);
    for (std::int64_t j = 0; j < g.rows; ++j) {
      if (dcosine.data) std::fill_n(dcosine.row(j), g.cols, S(0));
      if (dsine.data) std::fill_n(dsine.row(j), g.cols, S(0));
      for (std::int64_t i = 0; i < g.rows; ++i) {
        const double angle = fourier_angle(i, j, g.rows);
        const S cosine = S(std::cos(angle));
        const S sine = S(std::sin(angle));
        for (std::int64_t c = 0; c < g.cols; ++c) {
          if (dcosine.data) dcosine(j, c) += cosine * g(i, c);
          if (dsine.data) dsine(j, c) -= sine * g(i, c);
        }
      }
    }
  }
}

}  // namespace encore::reference
