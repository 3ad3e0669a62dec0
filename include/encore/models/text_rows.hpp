// SPDX-License-Identifier: Apache-2.0
// What a packed batch's output says of one of its texts.
#pragma once

#include <encore/core/rows.hpp>
#include <encore/core/segments.hpp>
#include <encore/core/tensor.hpp>

#include <cstdint>

namespace encore {

// The rows of sequence s: [tokens, ..] of an output of tokens, [1, ..] of one of sequences. No copy.
template <class T>
MatrixView<T> text_rows(const Segments& segments, std::int64_t s, Rows kind, const MatrixView<T>& output) {
  const std::int64_t first = kind == Rows::tokens ? segments.begin(s) : s;
  return {output.row(first), kind == Rows::tokens ? segments.length(s) : 1, output.cols, output.stride};
}

// Their numbers as floats, `stride` of them from row to row.
template <class T>
void copy_rows(const MatrixView<T>& rows, float* to, std::int64_t stride) {
  for (std::int64_t r = 0; r < rows.rows; ++r)
    for (std::int64_t c = 0; c < rows.cols; ++c) to[r * stride + c] = float(rows(r, c));
}

// The same as floats of their own, of the given shape, whose elements are as many.
template <class T>
Tensor<float> copied_rows(const MatrixView<T>& rows, const Shape& shape) {
  Tensor<float> copy(shape);
  copy_rows(rows, copy.values().data(), rows.cols);
  return copy;
}

}  // namespace encore
