// SPDX-License-Identifier: Apache-2.0
// Rows of heads on their way into and out of shared memory, rotated by the position's angles where the plan says so;
// and which keys a row of queries sees.
#pragma once

#include <encore/backend/cuda/kernels/warp.hpp>
#include <encore/backend/cuda/tasks.hpp>

namespace encore::cuda {

inline constexpr float minus_infinity = -__builtin_inff();

// Element c of a head's row at `position`, rotated; direction -1 rotates back (the adjoint). `x(c)` reads the row.
template <class Row>
ENCORE_DEVICE float rotated(const AttentionTask& task, std::int64_t position, std::int32_t c, float direction,
                            Row&& x) {
  if (c >= task.rotary) return x(c);
  const std::int32_t half = task.rotary / 2;
  const bool first = task.interleaved ? c % 2 == 0 : c < half;
  const std::int32_t i = task.interleaved ? c / 2 : first ? c : c - half;
  const std::int32_t partner = task.interleaved ? c ^ 1 : first ? c + half : c - half;
  const float cosine = task.cosine[position * half + i];
  const float sine = direction * task.sine[position * half + i];
  return first ? x(c) * cosine - x(partner) * sine : x(c) * cosine + x(partner) * sine;
}

// The rows of one head of one sequence.
template <class T>
struct HeadRows {
  T* data;
  std::int64_t stride;

  ENCORE_DEVICE T* operator[](std::int64_t row) const { return data + row * stride; }
};
template <class T>
ENCORE_DEVICE HeadRows<T> head_rows(const View& x, std::int64_t begin, std::int32_t head, std::int32_t head_size) {
  return {x.row<T>(begin) + head * head_size, x.stride};
}

// Keys that a query sees, and by symmetry queries that see a key: [first, last).
struct Visible {
  std::int32_t first;
  std::int32_t last;
};
ENCORE_DEVICE inline Visible visible_from(const AttentionTask& task, std::int32_t first_row, std::int32_t last_row,
                                          std::int32_t length) {
  if (task.window < 0) return {0, length};
  const std::int32_t first = first_row - task.window;
  const std::int32_t last = last_row + task.window;
  return {first > 0 ? first : 0, last < length ? last : length};
}
ENCORE_DEVICE inline bool sees(const AttentionTask& task, std::int32_t i, std::int32_t j) {
  const std::int32_t distance = i > j ? i - j : j - i;
  return task.window < 0 || distance <= task.window;
}

}  // namespace encore::cuda
