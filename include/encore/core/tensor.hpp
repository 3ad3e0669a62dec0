// SPDX-License-Identifier: Apache-2.0
// Host tensors: what a model returns and what a file holds.
#pragma once

#include <encore/core/aligned.hpp>
#include <encore/core/shape.hpp>

#include <cstdint>
#include <span>
#include <utility>

namespace encore {

// A rectangle of rows inside a larger buffer: element (r, c) is data[r * stride + c].
template <class T>
struct MatrixView {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t stride = 0;  // elements from one row to the next, >= cols

  // The first element of a row.
  T* row(std::int64_t r) const { return data + r * stride; }
  T& operator()(std::int64_t r, std::int64_t c) const { return data[r * stride + c]; }
  // Columns [first, first + count).
  MatrixView columns(std::int64_t first, std::int64_t count) const { return {data + first, rows, count, stride}; }
  // To a view of const elements. A template, because nvcc warns of a function that cannot be called when T is const.
  template <class U>
    requires(!std::is_const_v<T> && std::is_same_v<U, const T>)
  operator MatrixView<U>() const {
    return {data, rows, cols, stride};
  }
};

// [rows, cols].
template <class T>
Shape shape_of(const MatrixView<T>& m) {
  return {m.rows, m.cols};
}

// An owning, contiguous, row-major host tensor.
template <class T>
class Tensor {
 public:
  Tensor() = default;
  // Zeros. Throws ShapeError where the elements cannot be counted, MemoryError where there is no room.
  explicit Tensor(const Shape& shape) : shape_(shape), data_(std::size_t(shape.elements())) {}

  // The extents, and the first of them; a tensor of no dimensions is one row.
  const Shape& shape() const { return shape_; }
  std::int64_t rows() const { return shape_.rank() ? shape_[0] : 1; }
  // Product of the extents behind the first, whether or not there are rows.
  std::int64_t cols() const { return shape_.elements(1); }
  T* data() { return data_.data(); }
  const T* data() const { return data_.data(); }
  std::span<T> values() { return {data_.data(), data_.size()}; }
  std::span<const T> values() const { return {data_.data(), data_.size()}; }
  // Row r of the tensor seen as [rows, cols].
  std::span<const T> operator[](std::int64_t r) const {
    return values().subspan(std::size_t(r * cols()), std::size_t(cols()));
  }
  std::span<T> operator[](std::int64_t r) { return values().subspan(std::size_t(r * cols()), std::size_t(cols())); }
  // [rows(), cols()], over the tensor's memory.
  MatrixView<T> matrix() { return {data(), rows(), cols(), cols()}; }
  MatrixView<const T> matrix() const { return {data(), rows(), cols(), cols()}; }

 private:
  Shape shape_{0};
  AlignedBuffer<T> data_;
};

}  // namespace encore
