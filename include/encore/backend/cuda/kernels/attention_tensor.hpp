// SPDX-License-Identifier: Apache-2.0
// bfloat16 attention on tensor cores, forward: online softmax over tiles of 64 keys, the products of a tile kept in
// registers (Dao 2023, FlashAttention-2). Keys and values of the next tile arrive while this one is computed. Rotation
// happens in shared memory; windows skip tiles. Head sizes up to 128, padded to 32, 64 or 128 by zeros.
#pragma once

#include <encore/backend/cuda/kernels/tensor_tile.hpp>

namespace encore::cuda {

template <int width>
struct TensorAttention {
  static constexpr int warps = 4;
  static constexpr int threads = warps * warp_size;
  // 32 rows a warp read each key half as often; at width 128 the registers allow 16.
  static constexpr int row_blocks = width <= 64 ? 2 : 1;
  static constexpr int warp_rows = 16 * row_blocks;
  static constexpr int tile_rows = warps * warp_rows;
  static constexpr int tile_cols = 64;
  static constexpr std::size_t shared = sizeof(Bf16) * width * (tile_rows + 4 * tile_cols);
};

template <int width, bool rotates>
struct TensorAttentionKernel {
  using Shape = TensorAttention<width>;
  static constexpr int row_blocks = Shape::row_blocks;
  static constexpr int columns = Shape::tile_cols / 8;  // of scores, in blocks
  static constexpr int slices = width / 8;              // of outputs, in blocks
  static constexpr int steps = width / 16;

  bool aligned;

  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const AttentionTask& task) const {
    const AttentionTile tile = task.tiles[block.x()];
    const std::int32_t head = std::int32_t(block.y());
    const std::int32_t shared_head = head / (task.heads / task.kv_heads);
    const std::int64_t begin = task.offsets[tile.sequence];
    const std::int32_t length = std::int32_t(task.offsets[tile.sequence + 1] - begin);
    const std::int32_t d = task.head_size;
    const HeadRows<const Bf16> k = head_rows<const Bf16>(task.k, begin, shared_head, d);
    const HeadRows<const Bf16> v = head_rows<const Bf16>(task.v, begin, shared_head, d);
    Bf16* memory = reinterpret_cast<Bf16*>(block.shared());
    const Tile<width> queries{memory};
    const auto keys = [&](int stage) {
      return Tile<width>{memory + (Shape::tile_rows + 2 * stage * Shape::tile_cols) * width};
    };
    const auto values = [&](int stage) {
      return Tile<width>{memory + (Shape::tile_rows + (2 * stage + 1) * Shape::tile_cols) * width};
    };

    const Visible range = visible_from(task, tile.row, tile.row + Shape::tile_rows, length);
    const std::int32_t first_key = range.first / Shape::tile_cols * Shape::tile_cols;
    load_tile(block, queries, head_rows<const Bf16>(task.q, begin, head, d), tile.row, Shape::tile_rows, length, d,
              aligned);
    load_tile(block, keys(0), k, first_key, Shape::tile_cols, length, d, aligned);
    load_tile(block, values(0), v, first_key, Shape::tile_cols, length, d, aligned);
    block.commit_copies();

    std::uint32_t q[row_blocks][steps][4];
    float out[row_blocks][slices][4] = {};
    float highest[row_blocks][2], sum[row_blocks][2];
    ENCORE_DEVICE_UNROLL
    for (int m = 0; m < row_blocks; ++m) ENCORE_DEVICE_UNROLL
    for (int half = 0; half < 2; ++half) {
      highest[m][half] = minus_infinity;
      sum[m][half] = 0;
    }
    const int warp_row = block.warp() * Shape::warp_rows;
    const std::int32_t lane_row = tile.row + warp_row + block.lane() / 4;
    const float scale = task.scale * 1.4426950408889634f;  // powers of two from here on

    // Queries stay in registers, but for head size 64 where those would not suffice.
    constexpr bool reloads = width == 64 && Block::reloads_queries;
    int stage = 0;
    for (std::int32_t j0 = first_key; j0 < range.last; j0 += Shape::tile_cols, stage ^= 1) {
      const std::int32_t next = j0 + Shape::tile_cols;
      if (next < range.last) {
        load_tile(block, keys(stage ^ 1), k, next, Shape::tile_cols, length, d, aligned);
        load_tile(block, values(stage ^ 1), v, next, Shape::tile_cols, length, d, aligned);
      }
      block.commit_copies();
      block.template wait_copies<1>();
      block.sync();
      if constexpr (rotates) {
        if (j0 == first_key) rotate_tile(block, task, queries, tile.row, Shape::tile_rows, length);
        rotate_tile(block, task, keys(stage), j0, Shape::tile_cols, length);
        block.sync();
      }
      if (!reloads && j0 == first_key) {
        ENCORE_DEVICE_UNROLL
        for (int m = 0; m < row_blocks; ++m) ENCORE_DEVICE_UNROLL
        for (int step = 0; step < steps; ++step) queries.left(block, q[m][step], warp_row + 16 * m, 16 * step);
      }

      float scores[row_blocks][columns][4] = {};
      ENCORE_DEVICE_UNROLL
      for (int step = 0; step < steps; ++step) {
        ENCORE_DEVICE_UNROLL
        for (int m = 0; reloads && m < row_blocks; ++m) queries.left(block, q[m][step], warp_row + 16 * m, 16 * step);
        ENCORE_DEVICE_UNROLL
        for (int n = 0; n < columns; n += 2) {
          std::uint32_t b[4];
          keys(stage).right(block, b, n * 8, 16 * step);
          ENCORE_DEVICE_UNROLL
          for (int m = 0; m < row_blocks; ++m) {
            block.multiply_add(scores[m][n], q[m][step], b[0], b[1]);
            block.multiply_add(scores[m][n + 1], q[m][step], b[2], b[3]);
          }
        }
      }
      if (next > length || (task.window >= 0 && edge(task, tile.row, j0)))
        mask(block, task, scores, lane_row, j0, length);
      ENCORE_DEVICE_UNROLL
      for (int m = 0; m < row_blocks; ++m) {
        ENCORE_DEVICE_UNROLL
        for (int half = 0; half < 2; ++half) {
          float above = highest[m][half];
          ENCORE_DEVICE_UNROLL
          for (int n = 0; n < columns; ++n)
            above = larger(above, larger(scores[m][n][2 * half], scores[m][n][2 * half + 1]));
          above = larger(above, block.shuffle_xor(above, 1));
          above = larger(above, block.shuffle_xor(above, 2));
          const float base = above == minus_infinity ? 0.0f : above * scale;
          const float kept = block.power_of_two(highest[m][half] * scale - base);
          highest[m][half] = above;
          float added = 0;
          ENCORE_DEVICE_UNROLL
          for (int n = 0; n < columns; ++n) ENCORE_DEVICE_UNROLL
          for (int e = 2 * half; e < 2 * half + 2; ++e) {
            scores[m][n][e] = block.power_of_two(scores[m][n][e] * scale - base);
            added += scores[m][n][e];
          }
          sum[m][half] = sum[m][half] * kept + added;
          ENCORE_DEVICE_UNROLL
          for (int n = 0; n < slices; ++n) {
            out[m][n][2 * half] *= kept;
            out[m][n][2 * half + 1] *= kept;
          }
        }
      }
      ENCORE_DEVICE_UNROLL
      for (int step = 0; step < columns / 2; ++step) {
        std::uint32_t p[row_blocks][4];
        ENCORE_DEVICE_UNROLL
        for (int m = 0; m < row_blocks; ++m) left_of_sums(block, p[m], scores[m][2 * step], scores[m][2 * step + 1]);
        ENCORE_DEVICE_UNROLL
        for (int n = 0; n < slices; n += 2) {
          std::uint32_t b[4];
          values(stage).right_of_rows(block, b, 16 * step, n * 8);
          ENCORE_DEVICE_UNROLL
          for (int m = 0; m < row_blocks; ++m) {
            block.multiply_add(out[m][n], p[m], b[0], b[1]);
            block.multiply_add(out[m][n + 1], p[m], b[2], b[3]);
          }
        }
      }
      block.sync();  // before the next copies overwrite this stage
    }
    store(block, task, queries, out, highest, sum, begin, head, tile.row + warp_row, warp_row, length);
  }

 private:
  ENCORE_DEVICE static float larger(float a, float b) { return a > b ? a : b; }
  // Some pair of the tile is farther apart than the window.
  ENCORE_DEVICE static bool edge(const AttentionTask& task, std::int32_t row, std::int32_t key) {
    return key + Shape::tile_cols - 1 - row > task.window || row + Shape::tile_rows - 1 - key > task.window;
  }
  template <class Block>
  ENCORE_DEVICE static void mask(Block& block, const AttentionTask& task, float (&scores)[row_blocks][columns][4],
                                 std::int32_t lane_row, std::int32_t j0, std::int32_t length) {
    ENCORE_DEVICE_UNROLL
    for (int m = 0; m < row_blocks; ++m) ENCORE_DEVICE_UNROLL
    for (int n = 0; n < columns; ++n) ENCORE_DEVICE_UNROLL
    for (int e = 0; e < 4; ++e) {
      const std::int32_t i = lane_row + 16 * m + e / 2 * 8;
      const std::int32_t j = j0 + 8 * n + block.lane() % 4 * 2 + e % 2;
      if (j >= length || !sees(task, i, j)) scores[m][n][e] = minus_infinity;
    }
  }
  // Through the warp's own rows of the query tile, so that whole chunks go out.
  template <class Block>
  ENCORE_DEVICE void store(Block& block, const AttentionTask& task, const Tile<width>& staging,
                           float (&out)[row_blocks][slices][4], float (&highest)[row_blocks][2],
                           float (&sum)[row_blocks][2], std::int64_t begin, std::int32_t head, std::int32_t first_row,
                           int warp_row, std::int32_t length) const {
    ENCORE_DEVICE_UNROLL
    for (int m = 0; m < row_blocks; ++m) ENCORE_DEVICE_UNROLL
    for (int half = 0; half < 2; ++half) {
      float total = sum[m][half];
      total += block.shuffle_xor(total, 1);
      total += block.shuffle_xor(total, 2);
      const int r = 16 * m + 8 * half + block.lane() / 4;
      const float inverse = 1.0f / total;
      ENCORE_DEVICE_UNROLL
      for (int n = 0; n < slices; ++n) ENCORE_DEVICE_UNROLL
      for (int e = 0; e < 2; ++e)
        staging.element(warp_row + r, 8 * n + block.lane() % 4 * 2 + e) =
            rounded<Bf16>(out[m][n][2 * half + e] * inverse);
      if (task.log_sum.data && block.lane() % 4 == 0 && first_row + r < length)
        task.log_sum.row<float>(begin + first_row + r)[head] = highest[m][half] * task.scale + block.logarithm(total);
    }
    block.sync_warp();
    const HeadRows<Bf16> rows = head_rows<Bf16>(task.out, begin, head, task.head_size);
    constexpr int chunks = width / chunk_elements;
    for (int i = block.lane(); i < Shape::warp_rows * chunks; i += warp_size) {
      const int r = i / chunks;
      const int c = i % chunks * chunk_elements;
      if (first_row + r >= length || c >= task.head_size) continue;
      const Bf16* from = staging.chunk(warp_row + r, i % chunks);
      Bf16* to = rows[first_row + r] + c;
      if (aligned)
        store_pack<chunk_elements>(to, load_pack<chunk_elements>(from));
      else
        for (int e = 0; e < chunk_elements && c + e < task.head_size; ++e) to[e] = from[e];
    }
  }
};

}  // namespace encore::cuda
