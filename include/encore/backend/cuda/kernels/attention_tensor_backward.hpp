// SPDX-License-Identifier: Apache-2.0
// bfloat16 attention on tensor cores, backward, in two passes without atomic sums: keys = false makes dq, its rows are
// queries and its columns keys; keys = true makes dk and dv, the other way round, summed over the query heads that share
// a key head. Formulas at PlainAttentionBackwardKernel. Probabilities and slopes are rounded to bfloat16 before they are
// multiplied, as in FlashAttention-2.
#pragma once

#include <encore/backend/cuda/kernels/tensor_tile.hpp>

namespace encore::cuda {

template <int width>
struct TensorAttentionBackward {
  static constexpr int warps = 4;
  static constexpr int threads = warps * warp_size;
  static constexpr int tile_rows = 16 * warps;
  static constexpr int tile_cols = width <= 64 ? 64 : 32;
  // Own rows twice (the result leaves through them), two stages of both other tiles, and the columns' statistics.
  static constexpr std::size_t shared =
      sizeof(Bf16) * width * (2 * tile_rows + 4 * tile_cols) + 2 * tile_cols * sizeof(float);
};

template <int width, bool keys, bool rotates>
struct TensorAttentionBackwardKernel {
  using Shape = TensorAttentionBackward<width>;
  static constexpr int columns = Shape::tile_cols / 8;
  static constexpr int slices = width / 8;

  bool aligned;

  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const AttentionTask& task) const {
    const AttentionTile tile = task.tiles[block.x()];
    const std::int32_t group = task.heads / task.kv_heads;
    const std::int64_t begin = task.offsets[tile.sequence];
    const std::int32_t length = std::int32_t(task.offsets[tile.sequence + 1] - begin);
    const std::int32_t d = task.head_size;
    Bf16* memory = reinterpret_cast<Bf16*>(block.shared());
    const Tile<width> own{memory};                                   // q or k
    const Tile<width> own_value{memory + Shape::tile_rows * width};  // dout or v
    const auto other = [&](int stage) {                              // k or q
      return Tile<width>{memory + (2 * Shape::tile_rows + 2 * stage * Shape::tile_cols) * width};
    };
    const auto other_value = [&](int stage) {  // v or dout
      return Tile<width>{memory + (2 * Shape::tile_rows + (2 * stage + 1) * Shape::tile_cols) * width};
    };
    float* log_sums = reinterpret_cast<float*>(memory + (2 * Shape::tile_rows + 4 * Shape::tile_cols) * width);
    float* deltas = log_sums + Shape::tile_cols;

    float gradient[slices][4] = {};        // dq or dk
    float value_gradient[slices][4] = {};  // dv
    const int warp_row = 16 * block.warp();
    const std::int32_t lane_row = tile.row + warp_row + block.lane() / 4;
    const Visible range = visible_from(task, tile.row, tile.row + Shape::tile_rows, length);
    const std::int32_t first = range.first / Shape::tile_cols * Shape::tile_cols;
    constexpr float log2e = 1.4426950408889634f;

    for (std::int32_t h = 0; h < (keys ? group : 1); ++h) {
      const std::int32_t head = keys ? std::int32_t(block.y()) * group + h : std::int32_t(block.y());
      const std::int32_t shared_head = head / group;
      const HeadRows<const Bf16> q = head_rows<const Bf16>(task.q, begin, head, d);
      const HeadRows<const Bf16> k = head_rows<const Bf16>(task.k, begin, shared_head, d);
      const HeadRows<const Bf16> v = head_rows<const Bf16>(task.v, begin, shared_head, d);
      const HeadRows<const Bf16> dout = head_rows<const Bf16>(task.dout, begin, head, d);
      const auto load_other = [&](int stage, std::int32_t n0) {
        load_tile(block, other(stage), keys ? q : k, n0, Shape::tile_cols, length, d, aligned);
        load_tile(block, other_value(stage), keys ? dout : v, n0, Shape::tile_cols, length, d, aligned);
      };
      if (h == 0) {
        load_tile(block, own, keys ? k : q, tile.row, Shape::tile_rows, length, d, aligned);
        load_tile(block, own_value, keys ? v : dout, tile.row, Shape::tile_rows, length, d, aligned);
      }
      load_other(0, first);
      block.commit_copies();
      float row_log_sum[2] = {}, row_delta[2] = {};
      if constexpr (!keys) {
        ENCORE_DEVICE_UNROLL
        for (int half = 0; half < 2; ++half) {
          const std::int32_t i = lane_row + 8 * half;
          if (i >= length) continue;
          row_log_sum[half] = task.log_sum.row<const float>(begin + i)[head];
          row_delta[half] = task.delta.row<const float>(begin + i)[head];
        }
      }

      int stage = 0;
      for (std::int32_t n0 = first; n0 < range.last; n0 += Shape::tile_cols, stage ^= 1) {
        if (n0 + Shape::tile_cols < range.last) load_other(stage ^ 1, n0 + Shape::tile_cols);
        block.commit_copies();
        if constexpr (keys) {
          for (int n = block.thread(); n < Shape::tile_cols; n += Shape::threads) {
            const bool present = n0 + n < length;
            log_sums[n] = present ? task.log_sum.row<const float>(begin + n0 + n)[head] : 0.0f;
            deltas[n] = present ? task.delta.row<const float>(begin + n0 + n)[head] : 0.0f;
          }
        }
        block.template wait_copies<1>();
        block.sync();
        if constexpr (rotates) {
          if (h == 0 && n0 == first) rotate_tile(block, task, own, tile.row, Shape::tile_rows, length);
          rotate_tile(block, task, other(stage), n0, Shape::tile_cols, length);
          block.sync();
        }
        float p[columns][4] = {}, ds[columns][4] = {};
        ENCORE_DEVICE_UNROLL
        for (int c = 0; c < width; c += 16) {
          std::uint32_t a[4];
          own.left(block, a, warp_row, c);
          multiply(block, p, a, other(stage), c);
        }
        ENCORE_DEVICE_UNROLL
        for (int c = 0; c < width; c += 16) {
          std::uint32_t a[4];
          own_value.left(block, a, warp_row, c);
          multiply(block, ds, a, other_value(stage), c);
        }
        ENCORE_DEVICE_UNROLL
        for (int n = 0; n < columns; ++n) ENCORE_DEVICE_UNROLL
        for (int e = 0; e < 4; ++e) {
          const std::int32_t row = lane_row + e / 2 * 8;
          const int column = 8 * n + block.lane() % 4 * 2 + e % 2;
          const bool counts = row < length && n0 + column < length && sees(task, row, n0 + column);
          const float log_sum = keys ? log_sums[column] : row_log_sum[e / 2];
          const float delta = keys ? deltas[column] : row_delta[e / 2];
          const float weight = block.power_of_two((p[n][e] * task.scale - log_sum) * log2e);
          p[n][e] = counts ? weight : 0.0f;
          ds[n][e] = counts ? weight * (ds[n][e] - delta) * task.scale : 0.0f;
        }
        ENCORE_DEVICE_UNROLL
        for (int step = 0; step < columns / 2; ++step) {
          std::uint32_t a[4];
          left_of_sums(block, a, ds[2 * step], ds[2 * step + 1]);
          multiply_rows(block, gradient, a, other(stage), 16 * step);
          if constexpr (keys) {
            left_of_sums(block, a, p[2 * step], p[2 * step + 1]);
            multiply_rows(block, value_gradient, a, other_value(stage), 16 * step);
          }
        }
        block.sync();  // before the next copies overwrite this stage
      }
    }
    store(block, task, gradient, keys ? task.dk : task.dq, rotates, begin, tile.row, length);
    if constexpr (keys) store(block, task, value_gradient, task.dv, false, begin, tile.row, length);
  }

 private:
  // Through shared memory in fp32: rotating back needs the partner column.
  template <class Block>
  ENCORE_DEVICE static void store(Block& block, const AttentionTask& task, float (&sums)[slices][4], const View& target,
                                  bool turn_back, std::int64_t begin, std::int32_t first_row, std::int32_t length) {
    if (!target.data) return;
    float* staging = reinterpret_cast<float*>(block.shared());
    block.sync();
    ENCORE_DEVICE_UNROLL
    for (int n = 0; n < slices; ++n) ENCORE_DEVICE_UNROLL
    for (int e = 0; e < 4; ++e)
      staging[(16 * block.warp() + block.lane() / 4 + e / 2 * 8) * width + 8 * n + block.lane() % 4 * 2 + e % 2] =
          sums[n][e];
    block.sync();
    const std::int32_t d = task.head_size;
    const HeadRows<Bf16> rows = head_rows<Bf16>(target, begin, std::int32_t(block.y()), d);
    for (int i = block.thread(); i < Shape::tile_rows * d; i += Shape::threads) {
      const std::int32_t position = first_row + i / d;
      const std::int32_t c = i % d;
      if (position >= length) break;
      const float* row = staging + i / d * width;
      rows[position][c] = rounded<Bf16>(
          turn_back ? rotated(task, position, c, -1.0f, [row](std::int32_t column) { return row[column]; }) : row[c]);
    }
  }
};

}  // namespace encore::cuda
