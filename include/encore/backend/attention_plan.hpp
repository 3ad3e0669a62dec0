// SPDX-License-Identifier: Apache-2.0
// An attention as ops tell it to a backend: the hooks with pointers for tables, and views for the operands.
#pragma once

#include <encore/core/attention_hooks.hpp>
#include <encore/core/score_function.hpp>
#include <encore/core/tensor.hpp>

#include <cstdint>

namespace encore {

// Pointers are the backend's; all are null while nothing is computed (Count), and where a hook is unused. Row p of a table
// belongs to position p in its sequence.
template <class S>
struct AttentionPlan : AttentionHooks<std::int64_t, S, const S*> {
  AttentionTerms terms;
  ScoreHook<S> score{};  // hook S, for backends that say takes_score_functions
};

// Rows by distance, as kernels on the CPU read an operand: row 0 belongs to distance i - j = 0, with those of negative
// distances before it. T: elements.
template <class T>
struct DistanceRows {
  T* zero = nullptr;             // row of distance 0; null: the hook is unused
  std::int64_t stride = 0;       // elements from a row to the next
  std::int64_t head_stride = 0;  // from a head's columns to the next head's; 0: shared by the heads

  // The row of a distance, from -(P - 1) to P - 1, of one head.
  T* row(std::int64_t distance, std::int64_t head) const { return zero + distance * stride + head * head_stride; }
  // With that head's columns first.
  DistanceRows of_head(std::int64_t head) const { return {row(0, head), stride, 0}; }
  explicit operator bool() const { return zero != nullptr; }
};

// A matrix of rows by distance. `width`: columns of one head.
template <class T>
DistanceRows<T> distance_rows(const MatrixView<T>& x, std::int64_t width) {
  if (!x.data) return {};
  return {x.row((x.rows - 1) / 2), x.stride, x.cols == width ? 0 : width};
}
// All of them; sinks are a row by distance of which there is one.
template <class T>
AttentionDistances<DistanceRows<T>> distance_rows(const AttentionDistances<MatrixView<T>>& x, std::int64_t head_size) {
  return {distance_rows(x.to_query, head_size), distance_rows(x.to_key, head_size), distance_rows(x.bias, 1),
          distance_rows(x.sinks, 1)};
}

}  // namespace encore
