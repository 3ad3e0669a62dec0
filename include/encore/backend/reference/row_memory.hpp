// SPDX-License-Identifier: Apache-2.0
// Where a backend on the host keeps values: rows of S in its own memory. What executors ask of
// Kernels<B> beside kernels.
#pragma once

#include <encore/backend/backend.hpp>
#include <encore/core/aligned.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace encore::reference {

template <class S>
class RowMemory {
 public:
  using In = MatrixView<const S>;
  using Out = MatrixView<S>;

  // Where values live: a block of memory, bytes of an element, a view of columns in it, and the way in and out for the
  // host's numbers.
  static AlignedBuffer<std::byte> block(std::size_t bytes) { return AlignedBuffer<std::byte>(bytes); }
  static constexpr std::size_t element_bytes(Element) { return sizeof(S); }
  static Out place(std::byte* data, Element, std::int64_t column, std::int64_t rows, std::int64_t cols,
                   std::int64_t stride) {
    return {data ? reinterpret_cast<S*>(data) + column : nullptr, rows, cols, stride};
  }
  static Indices upload(std::span<const std::int32_t> values) { return {values.data(), std::int64_t(values.size())}; }
  void write(In host, Out y) const { copy(host, y); }
  static In read(In x) { return x; }
  void copy(In x, Out y) const {
    for (std::int64_t r = 0; r < x.rows; ++r) std::copy_n(x.row(r), x.cols, y.row(r));
  }
  void fill(Out y, S value) const {
    for (std::int64_t r = 0; r < y.rows; ++r) std::fill_n(y.row(r), y.cols, value);
  }

  // Layout of activations: elements from a row to the next, and where the sections of a product begin.
  std::int64_t stride(std::int64_t cols) const { return cols; }
  std::int64_t product_columns(const ParameterSpec& spec) const { return spec.rows(); }
  std::int64_t section_column(const ParameterSpec& spec, std::size_t section) const {
    std::int64_t column = 0;
    for (std::size_t s = 0; s < section; ++s) column += spec.sections[s].rows;
    return column;
  }
};

}  // namespace encore::reference
