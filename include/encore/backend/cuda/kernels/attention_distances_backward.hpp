// SPDX-License-Identifier: Apache-2.0
// The gradients of what scores gain by distance.
#pragma once

#include <encore/backend/cuda/kernels/attention_plain_rows.hpp>

namespace encore::cuda {

// Gradients of rows by distance: sums over sequences and pairs of ds q_i, ds k_j and ds / scale; a block a distance (and,
// where heads have rows of their own, a head); its warps take sequences and heads in turn and are summed in order.
template <class T, int slices>
struct DistanceBackwardKernel {
  // Floats of shared memory of a warp: sums for queries, for keys, and of the bias.
  static constexpr std::size_t shared(int head_size) {
    return sizeof(float) * std::size_t(PlainAttention::warps * (2 * head_size + 1));
  }

  bool by_head;  // block.y() is the head
  bool rows;     // gradients of to_query and to_key
  bool numbers;  // gradient of the bias

  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const AttentionTask& task) const {
    using P = PlainAttention;
    const std::int32_t distance = std::int32_t(block.x()) - (task.longest - 1);
    const std::int32_t heads = by_head ? 1 : task.heads;
    const int d = task.head_size;
    float query_sum[slices] = {}, key_sum[slices] = {};
    float bias_sum = 0;
    for (std::int64_t n = block.warp(); n < std::int64_t(task.sequences) * heads; n += P::warps) {
      const std::int64_t sequence = n / heads;
      const std::int32_t head = by_head ? std::int32_t(block.y()) : std::int32_t(n % heads);
      const std::int32_t shared_head = head / (task.heads / task.kv_heads);
      const std::int64_t begin = task.offsets[sequence];
      const std::int32_t length = std::int32_t(task.offsets[sequence + 1] - begin);
      if (!sees(task, distance, 0)) continue;
      const std::int32_t first = distance > 0 ? distance : 0;
      const std::int32_t last = distance < 0 ? length + distance : length;
      for (std::int32_t i = first; i < last; ++i) {
        const std::int32_t j = i - distance;
        float q[slices] = {}, k[slices] = {};
        float score = 0, dp = 0;
        ENCORE_DEVICE_UNROLL
        for (int s = 0; s < slices; ++s) {
          const int c = block.lane() + s * warp_size;
          if (c >= d) continue;
          q[s] = element(task, head_rows<const T>(task.q, begin, head, d)[i], i, c);
          k[s] = element(task, head_rows<const T>(task.k, begin, shared_head, d)[j], j, c);
          score += q[s] * k[s];
          if (task.terms.to_query.data)
            score += q[s] * to_float(plain::distance_row<const T>(task.terms.to_query, distance, head, d)[c]);
          if (task.terms.to_key.data)
            score += k[s] * to_float(plain::distance_row<const T>(task.terms.to_key, distance, head, d)[c]);
          dp += to_float(head_rows<const T>(task.dout, begin, head, d)[i][c]) *
                to_float(head_rows<const T>(task.v, begin, shared_head, d)[j][c]);
        }
        score = warp_sum(block, score) * task.scale + plain::bias_of<T>(task, distance, head);
        dp = warp_sum(block, dp);
        const float p = block.exponential(score - task.log_sum.row<const float>(begin + i)[head]);
        const float slope = p * (dp - task.delta.row<const float>(begin + i)[head]);
        bias_sum += slope;
        ENCORE_DEVICE_UNROLL
        for (int s = 0; s < slices; ++s) {
          query_sum[s] += slope * task.scale * q[s];
          key_sum[s] += slope * task.scale * k[s];
        }
      }
    }
    float* partial = reinterpret_cast<float*>(block.shared());
    float* mine = partial + block.warp() * (2 * d + 1);
    ENCORE_DEVICE_UNROLL
    for (int s = 0; s < slices; ++s) {
      const int c = block.lane() + s * warp_size;
      if (c >= d) continue;
      mine[c] = query_sum[s];
      mine[d + c] = key_sum[s];
    }
    if (block.lane() == 0) mine[2 * d] = bias_sum;
    block.sync();
    const std::int32_t head = by_head ? std::int32_t(block.y()) : 0;
    for (int c = block.thread(); c <= 2 * d; c += P::threads) {
      float sum = 0;
      for (int w = 0; w < P::warps; ++w) sum += partial[w * (2 * d + 1) + c];
      if (c == 2 * d) {
        if (numbers) *plain::distance_row<T>(task.dterms.bias, distance, head, 1) = rounded<T>(sum);
      } else if (const View& target = c < d ? task.dterms.to_query : task.dterms.to_key; rows && target.data) {
        plain::distance_row<T>(target, distance, head, d)[c % d] = rounded<T>(sum);
      }
    }
  }

 private:
  ENCORE_DEVICE static float element(const AttentionTask& task, const T* row, std::int32_t position, std::int32_t c) {
    if (!task.cosine) return to_float(row[c]);
    return rotated(task, position, c, 1.0f, [row](std::int32_t column) { return to_float(row[column]); });
  }
};

}  // namespace encore::cuda
