// SPDX-License-Identifier: Apache-2.0
// What the gradients of attention need of each row: dout . out.
#pragma once

#include <encore/backend/cuda/kernels/attention_rows.hpp>

namespace encore::cuda {

// delta = dout . out for each row and head; one warp each.
template <class T>
struct AttentionDeltaKernel {
  static constexpr int threads = 128;

  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const AttentionTask& task) const {
    const std::int64_t index = block.x() * (threads / warp_size) + block.warp();
    if (index >= task.out.rows * task.heads) return;
    const std::int64_t row = index / task.heads;
    const std::int32_t head = std::int32_t(index % task.heads);
    const T* out = task.out.row<const T>(row) + head * task.head_size;
    const T* dout = task.dout.row<const T>(row) + head * task.head_size;
    float sum = 0;
    for (int c = block.lane(); c < task.head_size; c += warp_size) sum += to_float(out[c]) * to_float(dout[c]);
    sum = warp_sum(block, sum);
    if (block.lane() == 0) task.delta.row<float>(row)[head] = sum;
  }
};

}  // namespace encore::cuda
