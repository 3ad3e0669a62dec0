// SPDX-License-Identifier: Apache-2.0
// The extents of a tensor: up to four dimensions, held inline.
#pragma once

#include <encore/core/error.hpp>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>

namespace encore {

// Row-major extents. Rank 0 is a scalar with one element.
class Shape {
 public:
  static constexpr int max_rank = 4;

  Shape() = default;
  // Throws ShapeError for more than max_rank dimensions or a negative extent.
  Shape(std::initializer_list<std::int64_t> extents) {
    for (std::int64_t extent : extents) push_back(extent);
  }

  // The number of dimensions, and a range over their extents.
  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const { return extents_[std::size_t(axis)]; }
  const std::int64_t* begin() const { return extents_.data(); }
  const std::int64_t* end() const { return extents_.data() + rank_; }

  // One more dimension behind the last. Throws ShapeError for a fifth, or a negative extent.
  void push_back(std::int64_t extent) {
    if (rank_ == max_rank) throw ShapeError("shape: more than 4 dimensions");
    if (extent < 0) throw ShapeError("shape: negative extent " + std::to_string(extent));
    extents_[std::size_t(rank_++)] = extent;
  }

  // Product of the extents, or of those from `axis` on. Throws ShapeError where it does not fit.
  std::int64_t elements(int axis = 0) const {
    std::int64_t product = 1;
    for (; axis < rank_; ++axis) {
      const std::int64_t extent = (*this)[axis];
      if (extent != 0 && product > std::numeric_limits<std::int64_t>::max() / extent)
        throw ShapeError("shape: more than 2^63 - 1 elements");
      product *= extent;
    }
    return product;
  }

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::array<std::int64_t, max_rank> extents_{};
  int rank_ = 0;
};

// "[2, 384]"
inline std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis) text += ", ";
    text += std::to_string(shape[axis]);
  }
  return text + "]";
}

}  // namespace encore
