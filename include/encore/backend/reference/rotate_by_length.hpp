// SPDX-License-Identifier: Apache-2.0
// Rotary embeddings whose base depends on the length of a sequence; angles in double, made as they are needed.
#pragma once

#include <encore/backend/operands.hpp>
#include <encore/core/segments.hpp>
#include <encore/core/tensor.hpp>

#include <algorithm>
#include <cmath>

namespace encore::reference {

// Calls visit(n, i, angle) for every row and each of its pairs.
template <class Visit>
void for_each_angle(const LengthRotation& rotation, const Segments& segments, Visit&& visit) {
  const double r = double(rotation.rotary);
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    const double stretched = double(segments.length(s)) / double(rotation.trained_positions);
    const double grown =
        stretched > 1 && r > 2 ? std::pow(rotation.factor * stretched - (rotation.factor - 1), r / (r - 2)) : 1.0;
    for (std::int64_t n = segments.begin(s); n < segments.end(s); ++n)
      for (std::int64_t i = 0; i < rotation.rotary / 2; ++i)
        visit(n, i, double(n - segments.begin(s)) * std::pow(rotation.base * grown, -2.0 * double(i) / r));
  }
}

// y = x [N, H D] rotated, or with `back` rotated the other way: the adjoint.
template <class S>
void rotate_by_length(const LengthRotation& rotation, const Segments& segments, bool back, MatrixView<const S> x,
                      MatrixView<S> y) {
  for (std::int64_t n = 0; n < x.rows; ++n) std::copy_n(x.row(n), x.cols, y.row(n));
  for_each_angle(rotation, segments, [&](std::int64_t n, std::int64_t i, double angle) {
    const S cosine = S(std::cos(angle)), sine = S(back ? -std::sin(angle) : std::sin(angle));
    const std::int64_t a = rotation.interleaved ? 2 * i : i;
    const std::int64_t b = rotation.interleaved ? 2 * i + 1 : i + rotation.rotary / 2;
    for (std::int64_t head = 0; head < x.cols; head += rotation.head_size) {
      y(n, head + a) = x(n, head + a) * cosine - x(n, head + b) * sine;
      y(n, head + b) = x(n, head + a) * sine + x(n, head + b) * cosine;
    }
  });
}

}  // namespace encore::reference
