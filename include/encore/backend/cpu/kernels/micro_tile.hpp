// SPDX-License-Identifier: Apache-2.0
// The micro-kernel as functions: R rows times a panel, chosen by R at run time. Every R runs the same chain per output,
// so the height of a tile is free.
#pragma once

#include <encore/backend/cpu/kernels/vector.hpp>

namespace encore::cpu::kernels {

// Where a tile's result goes: y = a b (+ bias) (+ residual).
struct TileEpilogue {
  const float* bias;
  const float* residual;
  index ldresidual;
  float* y;
  index ldy;
};

template <InstructionSet I, int R, int Lines>
ENCORE_NOINLINE void weight_tile(const float* a, index lda, const float* b, index k, const char* ahead,
                                 const TileEpilogue& e) {
  using Vec = typename I::Vec;
  constexpr int lanes = int(I::lanes);
  Vec acc[R][2];
  ENCORE_UNROLL
  for (int r = 0; r < R; ++r) acc[r][0] = acc[r][1] = Vec(0.0f);
  I::template accumulate<R, 2, Lines>(acc, a, lda, b, k, ahead);
  if (e.bias) {
    const Vec bias0 = I::load(e.bias), bias1 = I::load(e.bias + lanes);
    ENCORE_UNROLL
    for (int r = 0; r < R; ++r) {
      acc[r][0] = acc[r][0] + bias0;
      acc[r][1] = acc[r][1] + bias1;
    }
  }
  if (e.residual) {
    ENCORE_UNROLL
    for (int r = 0; r < R; ++r) {
      acc[r][0] = I::load(e.residual + r * e.ldresidual) + acc[r][0];
      acc[r][1] = I::load(e.residual + r * e.ldresidual + lanes) + acc[r][1];
    }
  }
  ENCORE_UNROLL
  for (int r = 0; r < R; ++r) {
    I::store(e.y + r * e.ldy, acc[r][0]);
    I::store(e.y + r * e.ldy + lanes, acc[r][1]);
  }
}

// c = a b, or c += a b, for NV vectors of columns; b is packed [k][NV vectors].
template <InstructionSet I, int R, int NV>
ENCORE_NOINLINE void product_tile(const float* a, index lda, const float* b, index k, float* c, index ldc, bool add) {
  using Vec = typename I::Vec;
  Vec acc[R][NV];
  ENCORE_UNROLL
  for (int r = 0; r < R; ++r) {
    ENCORE_UNROLL
    for (int j = 0; j < NV; ++j) acc[r][j] = add ? I::load(c + r * ldc + j * I::lanes) : Vec(0.0f);
  }
  I::template accumulate<R, NV, 0>(acc, a, lda, b, k, nullptr);
  ENCORE_UNROLL
  for (int r = 0; r < R; ++r) {
    ENCORE_UNROLL
    for (int j = 0; j < NV; ++j) I::store(c + r * ldc + j * I::lanes, acc[r][j]);
  }
}

using WeightTile = void (*)(const float*, index, const float*, index, const char*, const TileEpilogue&);
using ProductTile = void (*)(const float*, index, const float*, index, float*, index, bool);

// Tables by height, 1 to tile_rows.
template <InstructionSet I, int Lines, class = std::make_integer_sequence<int, I::tile_rows>>
struct WeightTiles;
template <InstructionSet I, int Lines, int... R>
struct WeightTiles<I, Lines, std::integer_sequence<int, R...>> {
  static constexpr WeightTile by_rows[] = {&weight_tile<I, R + 1, Lines>...};
};

template <InstructionSet I, int NV, class = std::make_integer_sequence<int, I::tile_rows>>
struct ProductTiles;
template <InstructionSet I, int NV, int... R>
struct ProductTiles<I, NV, std::integer_sequence<int, R...>> {
  static constexpr ProductTile by_rows[] = {&product_tile<I, R + 1, NV>...};
};

// c [rows, NV vectors] = or += a [rows, k] b, in tiles of near-equal height.
template <InstructionSet I, int NV>
ENCORE_ALWAYS_INLINE void multiply(const float* a, index lda, index rows, const float* b, index k, float* c, index ldc,
                                   bool add) {
  const index tiles = ceil_div(rows, I::tile_rows);
  for (index t = 0; t < tiles; ++t) {
    const index begin = rows * t / tiles, end = rows * (t + 1) / tiles;
    ProductTiles<I, NV>::by_rows[end - begin - 1](a + begin * lda, lda, b, k, c + begin * ldc, ldc, add);
  }
}

}  // namespace encore::cpu::kernels
