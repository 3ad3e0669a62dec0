// SPDX-License-Identifier: Apache-2.0
// y = residual + activation(x W^T + b) with W packed in panels. The structure of Goto & van de Geijn (2008) less what
// an encoder does not need: x is not packed and K is not cut, so each output is one chain of FMAs in registers.
//
// What was worth something, measured on cold weights (a ring as large as a model):
// - The tiles that use a panel prefetch the next one, spread evenly through the k loop. Zen 3, 768 -> 3072, 8 rows: 971
// us
//   without, 689 us with; the same lines fetched in a burst between tiles gain nothing.
// - Tiles of near-equal height: 32 rows as 3 x 11 and not 14 + 14 + 4.
// - An activation is a pass over the tile just stored, which is in L1, not code inside the tile: 2 % at K = 384, and
// one
//   definition serves the epilogue and the separate kernel.
#pragma once

#include <encore/backend/cpu/kernels/map.hpp>
#include <encore/backend/cpu/kernels/micro_tile.hpp>

namespace encore::cpu::kernels {

// Bytes of x that are kept in the second-level cache while the panels pass by.
inline constexpr index row_block_bytes = 1024 * 1024;

// A tile of `tiles` fetches this many lines for every four k, at least its share of a panel.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE index lines_ahead(index tiles) {
  constexpr index lines = panel_width<I> * 4 * 4 / 64;  // of a panel, in four k
  const index share = ceil_div(lines, tiles);
  return share > 4 ? 8 : share > 2 ? 4 : share;
}

template <InstructionSet I>
ENCORE_ALWAYS_INLINE WeightTile weight_tile_of(index rows, index lines) {
  switch (lines) {
    case 1: return WeightTiles<I, 1>::by_rows[rows - 1];
    case 2: return WeightTiles<I, 2>::by_rows[rows - 1];
    case 4: return WeightTiles<I, 4>::by_rows[rows - 1];
    default: return WeightTiles<I, 8>::by_rows[rows - 1];
  }
}

// The columns of a residual that its last panel has, in a tile of whole panels: tiles load whole panels, and what lies
// behind the last column of somebody's matrix may be nobody's.
template <InstructionSet I>
ENCORE_NOINLINE void copy_last_columns(const float* residual, index ld, index rows, index cols, float* tile) {
  for (index r = 0; r < rows; ++r)
    for (index c = 0; c < panel_width<I>; ++c) tile[r * panel_width<I> + c] = c < cols ? residual[r * ld + c] : 0.0f;
}

template <InstructionSet I>
void gemm(const GemmTask& t) {
  constexpr index width = panel_width<I>;
  const index panel_floats = t.k * width;
  const index block = larger(1, row_block_bytes / (t.k * 4 + 1) / I::tile_rows) * I::tile_rows;
  const index blocks = ceil_div(t.rows, block);
  for (index g = 0; g < blocks; ++g) {
    const index first = t.rows * g / blocks, rows = t.rows * (g + 1) / blocks - first;
    const index tiles = ceil_div(rows, I::tile_rows);
    const index lines = lines_ahead<I>(tiles);
    const index share = lines * 16 * t.k;  // bytes a tile fetches
    for (index p = 0; p < t.panels; ++p) {
      const float* b = t.weights + p * panel_floats;
      const float* next = p + 1 < t.panels                    ? b + panel_floats
                          : g + 1 < blocks || !t.next_weights ? t.weights
                                                              : t.next_weights;
      TileEpilogue e{t.bias ? t.bias + p * width : nullptr, nullptr, t.ldresidual, nullptr, t.ldy};
      alignas(64) float last_columns[I::tile_rows * width];
      for (index i = 0; i < tiles; ++i) {
        const index begin = first + rows * i / tiles, end = first + rows * (i + 1) / tiles;
        const float* residual = t.residual ? t.residual + begin * t.ldresidual + p * width : nullptr;
        if (residual && t.residual_cols - p * width < width) {
          copy_last_columns<I>(residual, t.ldresidual, end - begin, t.residual_cols - p * width, last_columns);
          residual = last_columns;
          e.ldresidual = width;
        }
        e.y = t.y + begin * t.ldy + p * width;
        e.residual = t.activation == Activation::identity ? residual : nullptr;
        const index offset = i * share < panel_floats * 4 ? i * share : 0;
        weight_tile_of<I>(end - begin, lines)(t.x + begin * t.ldx, t.ldx, b, t.k,
                                              reinterpret_cast<const char*>(next) + offset, e);
        if (t.activation == Activation::identity) continue;
        MapTask map;
        map.x = map.y = e.y;
        map.ldx = map.ldy = t.ldy;
        map.g = residual;
        map.ldg = e.ldresidual;
        map.rows = end - begin;
        map.cols = width;
        map.activation = t.activation;
        if (residual)
          activate_and_add<I>(map);
        else
          activate<I>(map);
      }
    }
  }
}

// Slack behind the last panel, so that prefetching needs no bounds: 8 KB.
inline constexpr index packed_slack = 2048;

template <InstructionSet I>
index packed_size(index n, index k) {
  return round_up(n, panel_width<I>) * k + packed_slack;
}

template <InstructionSet I>
void pack_weights(const float* w, index ldw, index n, index k, float* packed) {
  constexpr index width = panel_width<I>, lanes = I::lanes;
  for (index p = 0; p * width < n; ++p) {
    for (index i = 0; i < k; i += lanes) {
      for (index half = 0; half < 2; ++half) {
        const index row = p * width + half * lanes;
        const index rows = larger(0, smaller(lanes, n - row));
        I::transpose(w + smaller(row, n - 1) * ldw + i, ldw, rows, smaller(lanes, k - i),
                     packed + (p * k + i) * width + half * lanes, width);
      }
    }
  }
  float* slack = packed + round_up(n, width) * k;
  for (index i = 0; i < packed_slack; i += lanes) I::store(slack + i, typename I::Vec(0.0f));
}

}  // namespace encore::cpu::kernels
