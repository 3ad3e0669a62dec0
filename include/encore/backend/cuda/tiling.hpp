// SPDX-License-Identifier: Apache-2.0
// How work is cut into blocks, as far as the host must know it beside the launches.
#pragma once

#include <encore/backend/cuda/device.hpp>
#include <encore/core/segments.hpp>

#include <vector>

namespace encore::cuda {

inline constexpr int map_block = 256;  // threads of an elementwise kernel

inline Grid map_grid(const View& y, int width) {
  const std::int64_t packs = (y.cols + width - 1) / width;
  return {(y.rows * packs + map_block - 1) / map_block, 1, map_block, 0};
}

// Whether attention takes the tensor-core kernels: bfloat16, and no rows by distance.
inline bool uses_tensor_cores(Format format, bool has_distances) { return format == Format::bf16 && !has_distances; }

// Rows of a block of attention's forward; backward's blocks have 64.
inline constexpr int backward_tile_rows = 64;
inline int forward_tile_rows(bool tensor_cores, std::int64_t head_size) {
  return tensor_cores && head_size <= 64 ? 128 : 64;
}

// Blocks of `rows` rows of all sequences, in order.
inline void cut_attention(const Segments& segments, int rows, std::vector<AttentionTile>& tiles) {
  for (std::int64_t s = 0; s < segments.count(); ++s)
    for (std::int64_t row = 0; row < segments.length(s); row += rows)
      tiles.push_back({std::int32_t(s), std::int32_t(row)});
}

}  // namespace encore::cuda
