// SPDX-License-Identifier: Apache-2.0
// Columns times numbers of rows, part by part.
#pragma once

#include <encore/core/tensor.hpp>

namespace encore::reference {

// y(n, h D + c) = x(n, h D + c) s(n, h), s [N, H] or [1, H].
template <class S>
void scale(MatrixView<const S> x, MatrixView<const S> s, MatrixView<S> y) {
  const std::int64_t width = x.cols / s.cols;
  for (std::int64_t n = 0; n < x.rows; ++n) {
    const S* numbers = s.row(s.rows == 1 ? 0 : n);
    for (std::int64_t h = 0; h < s.cols; ++h)
      for (std::int64_t c = h * width; c < (h + 1) * width; ++c) y(n, c) = x(n, c) * numbers[h];
  }
}

// ds(n, h) = sum_c dy(n, h D + c) x(n, h D + c), over all rows where ds has one; assigned.
template <class S>
void scale_backward(MatrixView<const S> x, MatrixView<const S> dy, MatrixView<S> ds) {
  const std::int64_t width = x.cols / ds.cols;
  for (std::int64_t n = 0; n < x.rows; ++n)
    for (std::int64_t h = 0; h < ds.cols; ++h) {
      S sum = 0;
      for (std::int64_t c = h * width; c < (h + 1) * width; ++c) sum += dy(n, c) * x(n, c);
      S& result = ds(ds.rows == 1 ? 0 : n, h);
      result = ds.rows == 1 && n > 0 ? result + sum : sum;
    }
}

}  // namespace encore::reference
