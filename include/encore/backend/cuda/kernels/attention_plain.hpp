// SPDX-License-Identifier: Apache-2.0
// Attention in fp32 arithmetic for any element format, any head size up to 128 and every hook of the plan: online softmax
// (Dao et al. 2022).
#pragma once

#include <encore/backend/cuda/kernels/attention_plain_rows.hpp>

namespace encore::cuda {

// slices: registers of a lane for a row's columns, head_size <= 32 slices.
template <class T, int slices>
struct PlainAttentionKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const AttentionTask& task) const {
    using P = PlainAttention;
    const AttentionTile tile = task.tiles[block.x()];
    const std::int32_t head = std::int32_t(block.y());
    const std::int32_t shared_head = head / (task.heads / task.kv_heads);
    const std::int64_t begin = task.offsets[tile.sequence];
    const std::int32_t length = std::int32_t(task.offsets[tile.sequence + 1] - begin);
    const int d = task.head_size;
    const int width = P::width(d);
    const int stride = P::stride(d);
    float* q = reinterpret_cast<float*>(block.shared());
    float* k = q + P::tile_rows * stride;
    float* v = k + P::tile_cols * stride;
    float* p = v + P::tile_cols * stride + block.warp() * P::rows_per_warp * P::tile_cols;

    plain::load_rows<T>(block, task, q, head_rows<const T>(task.q, begin, head, d), tile.row, P::tile_rows, length,
                        true);
    float acc[P::rows_per_warp][slices] = {};
    float highest[P::rows_per_warp], sum[P::rows_per_warp];
    ENCORE_DEVICE_UNROLL
    for (int r = 0; r < P::rows_per_warp; ++r) {
      highest[r] = minus_infinity;
      sum[r] = 0;
    }
    const std::int32_t first_row = tile.row + block.warp() * P::rows_per_warp;
    const Visible keys = visible_from(task, tile.row, tile.row + P::tile_rows, length);
    for (std::int32_t j0 = keys.first / P::tile_cols * P::tile_cols; j0 < keys.last; j0 += P::tile_cols) {
      block.sync();
      plain::load_rows<T>(block, task, k, head_rows<const T>(task.k, begin, shared_head, d), j0, P::tile_cols, length,
                          true);
      plain::load_rows<T>(block, task, v, head_rows<const T>(task.v, begin, shared_head, d), j0, P::tile_cols, length,
                          false);
      block.sync();
      const std::int32_t j = j0 + block.lane();
      const float* key = k + block.lane() * stride;
      ENCORE_DEVICE_UNROLL
      for (int r = 0; r < P::rows_per_warp; ++r) {
        const std::int32_t i = first_row + r;
        const float* query = q + (block.warp() * P::rows_per_warp + r) * stride;
        float score = minus_infinity;
        if (i < length && j < length && sees(task, i, j)) {
          score = plain::dot(query, key, width);
          score += plain::distance_score<T>(task, i - j, head, query, key);
          score = score * task.scale + plain::bias_of<T>(task, i - j, head);
        }
        const float above = warp_max(block, score);
        const float next = above > highest[r] ? above : highest[r];
        const float base = next == minus_infinity ? 0.0f : next;
        const float kept = block.exponential(highest[r] - base);
        const float weight = block.exponential(score - base);
        highest[r] = next;
        sum[r] = sum[r] * kept + warp_sum(block, weight);
        ENCORE_DEVICE_UNROLL
        for (int s = 0; s < slices; ++s) acc[r][s] *= kept;
        p[r * P::tile_cols + block.lane()] = weight;
      }
      block.sync_warp();
      const std::int32_t last = length - j0 < P::tile_cols ? length - j0 : P::tile_cols;
      for (std::int32_t n = 0; n < last; ++n) {
        ENCORE_DEVICE_UNROLL
        for (int s = 0; s < slices; ++s) {
          const int c = block.lane() + s * warp_size;
          const float value = c < d ? v[n * stride + c] : 0.0f;
          ENCORE_DEVICE_UNROLL
          for (int r = 0; r < P::rows_per_warp; ++r) acc[r][s] += p[r * P::tile_cols + n] * value;
        }
      }
    }
    ENCORE_DEVICE_UNROLL
    for (int r = 0; r < P::rows_per_warp; ++r) {
      const std::int32_t i = first_row + r;
      if (i >= length) continue;
      T* out = head_rows<T>(task.out, begin, head, d)[i];
      ENCORE_DEVICE_UNROLL
      for (int s = 0; s < slices; ++s) {
        const int c = block.lane() + s * warp_size;
        if (c < d) out[c] = rounded<T>(acc[r][s] / sum[r]);
      }
      if (task.log_sum.data && block.lane() == 0)
        task.log_sum.row<float>(begin + i)[head] = highest[r] + block.logarithm(sum[r]);
    }
  }
};

}  // namespace encore::cuda
