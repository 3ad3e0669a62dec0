// SPDX-License-Identifier: Apache-2.0
// Attention policies lowered to data: what a kernel needs to know, with no user type in it (docs/design.md,
// "Attention").
#pragma once

#include <encore/core/tensor.hpp>

#include <cstdint>

namespace encore {

// Rows by distance: row 0 belongs to distance i - j = 0, with those of negative distances before it. T: elements.
template <class T>
struct DistanceRows {
  T* zero = nullptr;             // row of distance 0; null: the hook is unused
  std::int64_t stride = 0;       // elements from a row to the next
  std::int64_t head_stride = 0;  // from a head's columns to the next head's; 0: shared by the heads

  T* row(std::int64_t distance, std::int64_t head) const { return zero + distance * stride + head * head_stride; }
  explicit operator bool() const { return zero != nullptr; }
};

// How scores become the weights of values: softmax over the keys, or each key for itself, sigmoid(score - log length)
// (Ramapuram et al. 2024).
enum class AttentionWeights : std::uint8_t { softmax, sigmoid };

// Pointers are the backend's and may be null where a hook is unused. Row p of the rotation tables belongs to position p
// in its sequence.
template <class S>
struct AttentionPlan {
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_size = 0;
  S scale = 1;
  // Hook QK: rotation of q and k, tables [positions, rotary / 2].
  const S* cosine = nullptr;
  const S* sine = nullptr;
  std::int64_t rotary = 0;   // leading columns of a head that turn; even
  bool interleaved = false;  // pairs (2i, 2i + 1) instead of (i, i + rotary / 2)
  // Hook QK: the products of both columns of a pair are multiplied by row |i - j| of this table [positions, rotary / 2].
  const S* decay = nullptr;
  // Hook C: scores gain q_i . R[i - j] and k_j . R'[i - j], inside the scale, rows of head_size; hook B: a number by
  // distance and head, outside it. Which there are is known before their rows are (Count).
  bool uses_to_query = false;
  bool uses_to_key = false;
  bool uses_bias = false;
  // Hook M: keys with |i - j| <= window; negative: all.
  std::int64_t window = -1;
  S softcap = 0;  // t > 0: the score s, bias and all, becomes t tanh(s / t)
  AttentionWeights weights = AttentionWeights::softmax;
  bool uses_sinks = false;  // a number for each head whose exponential joins the sum of the softmax
  bool uses_decay = false;
};

// The operands of attention behind q, k and v, or their gradients: rows by distance, and sinks. Each may have null data.
template <class View>
struct AttentionDistances {
  View to_query{};  // R  [2 P - 1, H D] or [2 P - 1, D]
  View to_key{};    // R' likewise
  View bias{};      // B  [2 P - 1, H]
  View sinks{};     // [1, H]
};

// A matrix of rows by distance, as kernels read it. `width`: columns of one head.
template <class T>
DistanceRows<T> distance_rows(const MatrixView<T>& x, std::int64_t width) {
  if (!x.data) return {};
  return {x.row((x.rows - 1) / 2), x.stride, x.cols == width ? 0 : width};
}

}  // namespace encore
