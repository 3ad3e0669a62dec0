// SPDX-License-Identifier: Apache-2.0
// The gradients of queries, keys and values in fp32 arithmetic: probabilities are recomputed from the log sums (Dao et al.
// 2022) in two passes, one over rows of queries, one over rows of keys, so that no sum depends on scheduling.
#pragma once

#include <encore/backend/cuda/kernels/attention_plain_rows.hpp>

namespace encore::cuda {

// Gradients of one side. keys = false: dq, rows are queries and lanes keys; keys = true: dk and dv, the other way
// round, summed over the query heads that share a key head. With p = exp(score - log_sum) and
// ds = p (dout . v - delta) scale:  dq_i = sum_j ds (k_j + R),  dk_j = sum_i ds (q_i + R),  dv_j = sum_i p dout_i.
template <class T, int slices, bool keys>
struct PlainAttentionBackwardKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const AttentionTask& task) const {
    using P = PlainAttention;
    const AttentionTile tile = task.tiles[block.x()];
    const std::int32_t group = task.heads / task.kv_heads;
    const std::int64_t begin = task.offsets[tile.sequence];
    const std::int32_t length = std::int32_t(task.offsets[tile.sequence + 1] - begin);
    const int d = task.head_size;
    const int width = P::width(d);
    const int stride = P::stride(d);
    float* own = reinterpret_cast<float*>(block.shared());  // q or k
    float* own_value = own + P::tile_rows * stride;         // dout or v
    float* other = own_value + P::tile_rows * stride;       // k or q
    float* other_value = other + P::tile_cols * stride;     // v or dout
    float* p = other_value + P::tile_cols * stride + 2 * block.warp() * P::rows_per_warp * P::tile_cols;
    float* ds = p + P::rows_per_warp * P::tile_cols;

    float acc[P::rows_per_warp][slices] = {};        // dq or dk
    float acc_value[P::rows_per_warp][slices] = {};  // dv
    const std::int32_t first_row = tile.row + block.warp() * P::rows_per_warp;
    const Visible columns = visible_from(task, tile.row, tile.row + P::tile_rows, length);
    for (std::int32_t h = 0; h < (keys ? group : 1); ++h) {
      const std::int32_t head = keys ? std::int32_t(block.y()) * group + h : std::int32_t(block.y());
      const std::int32_t shared_head = head / group;
      const HeadRows<const T> q = head_rows<const T>(task.q, begin, head, d);
      const HeadRows<const T> k = head_rows<const T>(task.k, begin, shared_head, d);
      const HeadRows<const T> v = head_rows<const T>(task.v, begin, shared_head, d);
      const HeadRows<const T> dout = head_rows<const T>(task.dout, begin, head, d);
      block.sync();
      plain::load_rows<T>(block, task, own, keys ? k : q, tile.row, P::tile_rows, length, true);
      plain::load_rows<T>(block, task, own_value, keys ? v : dout, tile.row, P::tile_rows, length, false);
      for (std::int32_t n0 = columns.first / P::tile_cols * P::tile_cols; n0 < columns.last; n0 += P::tile_cols) {
        block.sync();
        plain::load_rows<T>(block, task, other, keys ? q : k, n0, P::tile_cols, length, true);
        plain::load_rows<T>(block, task, other_value, keys ? dout : v, n0, P::tile_cols, length, false);
        block.sync();
        const std::int32_t n = n0 + block.lane();
        ENCORE_DEVICE_UNROLL
        for (int r = 0; r < P::rows_per_warp; ++r) {
          const int row = block.warp() * P::rows_per_warp + r;
          const std::int32_t i = keys ? n : first_row + r;
          const std::int32_t j = keys ? first_row + r : n;
          float weight = 0, slope = 0;
          if (i < length && j < length && sees(task, i, j)) {
            const float* mine = own + row * stride;
            const float* theirs = other + block.lane() * stride;
            float score = plain::dot(mine, theirs, width);
            score += plain::distance_score<T>(task, i - j, head, keys ? theirs : mine, keys ? mine : theirs);
            weight = block.exponential(score * task.scale + plain::bias_of<T>(task, i - j, head) -
                                       task.log_sum.row<const float>(begin + i)[head]);
            const float dp = plain::dot(own_value + row * stride, other_value + block.lane() * stride, width);
            slope = weight * (dp - task.delta.row<const float>(begin + i)[head]) * task.scale;
          }
          p[r * P::tile_cols + block.lane()] = weight;
          ds[r * P::tile_cols + block.lane()] = slope;
        }
        block.sync_warp();
        const std::int32_t last = length - n0 < P::tile_cols ? length - n0 : P::tile_cols;
        for (std::int32_t m = 0; m < last; ++m) {
          ENCORE_DEVICE_UNROLL
          for (int s = 0; s < slices; ++s) {
            const int c = block.lane() + s * warp_size;
            if (c >= d) continue;
            const float x = other[m * stride + c];
            const float y = other_value[m * stride + c];
            ENCORE_DEVICE_UNROLL
            for (int r = 0; r < P::rows_per_warp; ++r) {
              const std::int32_t distance = keys ? n0 + m - (first_row + r) : first_row + r - (n0 + m);
              float z = x;
              const View& rows = keys ? task.terms.to_key : task.terms.to_query;
              if (rows.data && ds[r * P::tile_cols + m] != 0)
                z += to_float(plain::distance_row<const T>(rows, distance, head, d)[c]);
              acc[r][s] += ds[r * P::tile_cols + m] * z;
              if (keys) acc_value[r][s] += p[r * P::tile_cols + m] * y;
            }
          }
        }
      }
    }
    // Through shared memory: rotating back needs the partner column.
    block.sync();
    ENCORE_DEVICE_UNROLL
    for (int r = 0; r < P::rows_per_warp; ++r) ENCORE_DEVICE_UNROLL
    for (int s = 0; s < slices; ++s) {
      const int c = block.lane() + s * warp_size;
      if (c < d) own[(block.warp() * P::rows_per_warp + r) * stride + c] = acc[r][s];
    }
    block.sync_warp();
    const View& target = keys ? task.dk : task.dq;
    ENCORE_DEVICE_UNROLL
    for (int r = 0; r < P::rows_per_warp; ++r) {
      const std::int32_t position = first_row + r;
      if (position >= length) continue;
      const float* row = own + (block.warp() * P::rows_per_warp + r) * stride;
      for (int c = block.lane(); target.data && c < d; c += warp_size)
        head_rows<T>(target, begin, std::int32_t(block.y()), d)[position][c] = rounded<T>(
            task.cosine ? rotated(task, position, c, -1.0f, [row](std::int32_t column) { return row[column]; })
                        : row[c]);
      if constexpr (keys) {
        ENCORE_DEVICE_UNROLL
        for (int s = 0; s < slices; ++s) {
          const int c = block.lane() + s * warp_size;
          if (task.dv.data && c < d)
            head_rows<T>(task.dv, begin, std::int32_t(block.y()), d)[position][c] = rounded<T>(acc_value[r][s]);
        }
      }
    }
  }
};

}  // namespace encore::cuda
