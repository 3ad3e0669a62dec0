// SPDX-License-Identifier: Apache-2.0
// What the kernels of attention in fp32 arithmetic share: a warp takes 8 rows, a lane a column of 32; rows of heads as
// floats in shared memory, and what hooks add to a score.
#pragma once

#include <encore/backend/cuda/kernels/attention_rows.hpp>

namespace encore::cuda {

struct PlainAttention {
  static constexpr int warps = 8;
  static constexpr int threads = warps * warp_size;
  static constexpr int rows_per_warp = 8;
  static constexpr int tile_rows = warps * rows_per_warp;
  static constexpr int tile_cols = warp_size;
  static constexpr int max_head_size = 128;

  // Floats of a row in shared memory: whole packs, and four more so that lanes reading packs of 32 rows meet no bank
  // twice.
  ENCORE_HD static constexpr int width(int head_size) { return (head_size + 3) / 4 * 4; }
  ENCORE_HD static constexpr int stride(int head_size) { return width(head_size) + 4; }
  static constexpr std::size_t forward_shared(int head_size) {
    return sizeof(float) * std::size_t((tile_rows + 2 * tile_cols) * stride(head_size) + tile_rows * tile_cols);
  }
  static constexpr std::size_t backward_shared(int head_size) {
    return sizeof(float) *
           std::size_t(2 * (tile_rows + tile_cols) * stride(head_size) + 2 * tile_rows * tile_cols + 2 * tile_rows);
  }
};

namespace plain {

// Rows [first, first + rows) of a head as floats, rotated; zeros beyond `length` and beyond the head.
template <class T, class Block>
ENCORE_DEVICE void load_rows(Block& block, const AttentionTask& task, float* target, HeadRows<const T> source,
                             std::int32_t first, std::int32_t rows, std::int32_t length, bool rotates) {
  const int width = PlainAttention::width(task.head_size);
  const int stride = PlainAttention::stride(task.head_size);
  for (int i = block.thread(); i < rows * width; i += PlainAttention::threads) {
    const std::int32_t r = i / width;
    const std::int32_t c = i % width;
    const std::int32_t position = first + r;
    float value = 0;
    if (position < length && c < task.head_size) {
      const T* row = source[position];
      value = rotates && task.cosine
                  ? rotated(task, position, c, 1.0f, [row](std::int32_t column) { return to_float(row[column]); })
                  : to_float(row[c]);
    }
    target[r * stride + c] = value;
  }
}

// x . y over whole packs.
ENCORE_DEVICE inline float dot(const float* x, const float* y, int width) {
  float sum = 0;
  for (int c = 0; c < width; c += 4) {
    const Pack<float, 4> a = load_pack<4>(x + c);
    const Pack<float, 4> b = load_pack<4>(y + c);
    ENCORE_DEVICE_UNROLL
    for (int e = 0; e < 4; ++e) sum += a.values[e] * b.values[e];
  }
  return sum;
}

// A head's columns in the row of a distance; shared by the heads where there is room for one only.
template <class T>
ENCORE_DEVICE T* distance_row(const View& rows, std::int32_t distance, std::int32_t head, std::int32_t width) {
  return rows.row<T>((rows.rows - 1) / 2 + distance) + (rows.cols == width ? 0 : head * width);
}
// What hook C adds to q_i . k_j.
template <class T>
ENCORE_DEVICE float distance_score(const AttentionTask& task, std::int32_t distance, std::int32_t head, const float* q,
                                   const float* k) {
  float sum = 0;
  if (task.terms.to_query.data) {
    const T* r = distance_row<const T>(task.terms.to_query, distance, head, task.head_size);
    for (std::int32_t c = 0; c < task.head_size; ++c) sum += q[c] * to_float(r[c]);
  }
  if (task.terms.to_key.data) {
    const T* r = distance_row<const T>(task.terms.to_key, distance, head, task.head_size);
    for (std::int32_t c = 0; c < task.head_size; ++c) sum += k[c] * to_float(r[c]);
  }
  return sum;
}
// What hook B adds to a score.
template <class T>
ENCORE_DEVICE float bias_of(const AttentionTask& task, std::int32_t distance, std::int32_t head) {
  return task.terms.bias.data ? to_float(*distance_row<const T>(task.terms.bias, distance, head, 1)) : 0.0f;
}

}  // namespace plain

}  // namespace encore::cuda
