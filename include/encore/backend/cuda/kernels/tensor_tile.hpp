// SPDX-License-Identifier: Apache-2.0
// Tiles of bfloat16 rows in shared memory, and the fragments that tensor-core products (mma.sync m16n8k16) take from
// them. Rows hold `width` elements in chunks of 16 bytes; chunks are permuted within a row so that the eight rows an
// 8 x 8 matrix load touches lie in different banks. PTX ISA, "Matrix fragments for mma.m16n8k16".
#pragma once

#include <encore/backend/cuda/kernels/attention_rows.hpp>

namespace encore::cuda {

inline constexpr int chunk_elements = 8;

// The place of a row's chunk. Rows of 64 bytes share a line of banks by twos.
template <int width>
ENCORE_HD constexpr int swizzled(int row, int chunk) {
  static_assert(width == 32 || width % 64 == 0);
  return width == 32 ? chunk ^ (row >> 1 & 3) : chunk ^ (row & 7);
}

template <int width>
struct Tile {
  Bf16* data;

  ENCORE_DEVICE Bf16* chunk(int row, int chunk) const {
    return data + row * width + swizzled<width>(row, chunk) * chunk_elements;
  }
  ENCORE_DEVICE Bf16& element(int row, int c) const { return chunk(row, c / chunk_elements)[c % chunk_elements]; }

  // Rows [row, row + 16) by columns [column, column + 16) as the left operand of a product.
  template <class Block>
  ENCORE_DEVICE void left(Block& block, std::uint32_t (&fragment)[4], int row, int column) const {
    block.load_matrices(fragment, chunk(row + block.lane() % 16, column / chunk_elements + block.lane() / 16));
  }
  // Rows [row, row + 16) as 2 x 8 columns of the right operand, k = columns [column, column + 16): fragments 0 and 1
  // belong to the first eight, 2 and 3 to the others.
  template <class Block>
  ENCORE_DEVICE void right(Block& block, std::uint32_t (&fragment)[4], int row, int column) const {
    block.load_matrices(fragment, chunk(row + block.lane() % 8 + block.lane() / 16 * 8,
                                        column / chunk_elements + block.lane() / 8 % 2));
  }
  // Columns [column, column + 16) as 2 x 8 columns of the right operand, k = rows [row, row + 16).
  template <class Block>
  ENCORE_DEVICE void right_of_rows(Block& block, std::uint32_t (&fragment)[4], int row, int column) const {
    block.load_matrices_transposed(fragment,
                                   chunk(row + block.lane() % 16, column / chunk_elements + block.lane() / 16));
  }
};

// Starts copying rows [first, first + rows) of a head; zeros beyond `length` and beyond the head. The copies belong to
// the group that the next commit closes. `aligned`: rows and heads begin at multiples of 16 bytes.
template <int width, class Block>
ENCORE_DEVICE void load_tile(Block& block, const Tile<width>& tile, const HeadRows<const Bf16>& source,
                             std::int32_t first, int rows, std::int32_t length, std::int32_t head_size, bool aligned) {
  constexpr int chunks = width / chunk_elements;
  for (int i = block.thread(); i < rows * chunks; i += block.threads()) {
    const int r = i / chunks;
    const int c = i % chunks;
    const bool present = first + r < length && c * chunk_elements < head_size;
    const Bf16* from = source[present ? first + r : 0] + (present ? c * chunk_elements : 0);
    if (aligned) {
      block.copy_async(tile.chunk(r, c), from, present);
      continue;
    }
    Bf16* to = tile.chunk(r, c);
    for (int e = 0; e < chunk_elements; ++e) to[e] = present && c * chunk_elements + e < head_size ? from[e] : Bf16{0};
  }
}

// Rotates the rows of a tile by their positions.
template <int width, class Block>
ENCORE_DEVICE void rotate_tile(Block& block, const AttentionTask& task, const Tile<width>& tile, std::int32_t first,
                               int rows, std::int32_t length) {
  const int half = task.rotary / 2;
  for (int n = block.thread(); n < rows * half; n += block.threads()) {
    const int r = n / half;
    const int i = n % half;
    if (first + r >= length) continue;
    Bf16& a = tile.element(r, task.interleaved ? 2 * i : i);
    Bf16& b = tile.element(r, task.interleaved ? 2 * i + 1 : i + half);
    const float cosine = task.cosine[std::int64_t(first + r) * half + i];
    const float sine = task.sine[std::int64_t(first + r) * half + i];
    const float x = to_float(a), y = to_float(b);
    a = rounded<Bf16>(x * cosine - y * sine);
    b = rounded<Bf16>(x * sine + y * cosine);
  }
}

// sums[n] += a row block times columns [8 n, 8 n + 8) of right, for an even number of column blocks; k in steps of 16.
template <int width, int columns, class Block>
ENCORE_DEVICE void multiply(Block& block, float (&sums)[columns][4], const std::uint32_t (&a)[4],
                            const Tile<width>& right, int k) {
  ENCORE_DEVICE_UNROLL
  for (int n = 0; n < columns; n += 2) {
    std::uint32_t b[4];
    right.right(block, b, n * 8, k);
    block.multiply_add(sums[n], a, b[0], b[1]);
    block.multiply_add(sums[n + 1], a, b[2], b[3]);
  }
}
// The same with k along the rows of `right`.
template <int width, int columns, class Block>
ENCORE_DEVICE void multiply_rows(Block& block, float (&sums)[columns][4], const std::uint32_t (&a)[4],
                                 const Tile<width>& right, int k) {
  ENCORE_DEVICE_UNROLL
  for (int n = 0; n < columns; n += 2) {
    std::uint32_t b[4];
    right.right_of_rows(block, b, k, n * 8);
    block.multiply_add(sums[n], a, b[0], b[1]);
    block.multiply_add(sums[n + 1], a, b[2], b[3]);
  }
}

// Two column blocks of a result as the left operand of the next product.
template <class Block>
ENCORE_DEVICE void left_of_sums(Block& block, std::uint32_t (&fragment)[4], const float (&first)[4],
                                const float (&second)[4]) {
  fragment[0] = block.pack(first[0], first[1]);
  fragment[1] = block.pack(first[2], first[3]);
  fragment[2] = block.pack(second[0], second[1]);
  fragment[3] = block.pack(second[2], second[3]);
}

}  // namespace encore::cuda
