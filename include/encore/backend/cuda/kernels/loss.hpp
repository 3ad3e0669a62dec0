// SPDX-License-Identifier: Apache-2.0
// Cross-entropy over rows of logits: a block a row, then one block for the mean.
#pragma once

#include <encore/backend/cuda/kernels/map.hpp>

namespace encore::cuda {

inline constexpr int loss_threads = 256;

template <class T>
struct CrossEntropyRowsKernel {
  static constexpr std::size_t shared = loss_threads / warp_size * sizeof(float);

  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const CrossEntropyTask& task) const {
    float* partial = reinterpret_cast<float*>(block.shared());
    const std::int64_t n = block.x();
    const T* row = task.logits.template row<const T>(n);
    float highest = to_float(row[0]);
    for (std::int64_t c = block.thread(); c < task.logits.cols; c += loss_threads) {
      const float x = to_float(row[c]);
      highest = x > highest ? x : highest;
    }
    highest = block_reduce<true>(block, highest, partial);
    float sum = 0;
    for (std::int64_t c = block.thread(); c < task.logits.cols; c += loss_threads)
      sum += block.exponential(to_float(row[c]) - highest);
    sum = block_reduce<false>(block, sum, partial);
    if (block.thread() != 0) return;
    const float log_sum = highest + block.logarithm(sum);
    if (task.log_sums.data) *task.log_sums.template row<float>(n) = log_sum;
    const std::int32_t target = task.targets[n];
    task.row_losses[n] = target < 0 ? 0.0f : log_sum - to_float(row[target]);
  }
};

struct CrossEntropyMeanKernel {
  static constexpr std::size_t shared = loss_threads / warp_size * sizeof(float);

  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const CrossEntropyTask& task) const {
    float sum = 0;
    for (std::int64_t n = block.thread(); n < task.logits.rows; n += loss_threads) sum += task.row_losses[n];
    sum = block_reduce<false>(block, sum, reinterpret_cast<float*>(block.shared()));
    if (block.thread() == 0) *task.loss.template row<float>(0) = task.counted ? sum / float(task.counted) : 0.0f;
  }
};

template <class T>
struct CrossEntropyBackwardKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const CrossEntropyBackwardTask& task) const {
    for_each_pack_of<1>(block, task.dlogits.rows, task.dlogits.cols, [&](std::int64_t n, std::int64_t c) {
      const std::int32_t target = task.targets[n];
      float gradient = 0;
      if (target >= 0) {
        const float p = block.exponential(to_float(task.logits.template row<const T>(n)[c]) -
                                          *task.log_sums.template row<float>(n));
        gradient = *task.dloss.template row<float>(0) * (p - (c == target ? 1.0f : 0.0f)) / float(task.counted);
      }
      task.dlogits.template row<T>(n)[c] = rounded<T>(gradient);
    });
  }
};

}  // namespace encore::cuda
