// SPDX-License-Identifier: Apache-2.0
// A user's functor on the CPU. It takes scalars, so it is inlined here, in the user's own translation unit, into one
// small loop per instruction set; the context's table says which of them runs. Blocks have a fixed width and tails are
// padded, so that an element is computed by the same instructions wherever it stands.
#pragma once

#include <encore/config.hpp>
#include <encore/core/tensor.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#if (defined(__GNUC__) || defined(__clang__)) && defined(__x86_64__)
#define ENCORE_MAP_TARGETS 1
#if defined(__clang__)
#define ENCORE_TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), flatten, noinline))
#else
#define ENCORE_TARGET_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,prefer-vector-width=512"), flatten, noinline))
#endif
#define ENCORE_TARGET_AVX2 __attribute__((target("avx2,fma"), flatten, noinline))
#endif

namespace encore::cpu {

inline constexpr std::int64_t map_width = 16;

// The function of a tile that is compiled for that instruction set.
template <class Tile>
typename Tile::Function tile_function(std::string_view isa) {
#if defined(ENCORE_MAP_TARGETS)
  if (isa == "avx512") return &Tile::avx512;
  if (isa == "avx2") return &Tile::avx2;
#endif
  (void)isa;
  return &Tile::baseline;
}

// y[0, 16) = f(in_0[0, 16), ..)
template <class F, std::size_t n>
struct MapTile {
  using Function = void (*)(const F&, const float* const*, float*);

  template <std::size_t... i>
  static ENCORE_ALWAYS_INLINE void block(const F& f, const float* const* in, float* y, std::index_sequence<i...>) {
    for (std::int64_t lane = 0; lane < map_width; ++lane) y[lane] = f(in[i][lane]...);
  }
  static ENCORE_NOINLINE void baseline(const F& f, const float* const* in, float* y) {
    block(f, in, y, std::make_index_sequence<n>{});
  }
#if defined(ENCORE_MAP_TARGETS)
  ENCORE_TARGET_AVX2 static void avx2(const F& f, const float* const* in, float* y) {
    block(f, in, y, std::make_index_sequence<n>{});
  }
  ENCORE_TARGET_AVX512 static void avx512(const F& f, const float* const* in, float* y) {
    block(f, in, y, std::make_index_sequence<n>{});
  }
#endif

  // One row of any length.
  static void row(Function tile, const F& f, std::array<const float*, n> in, float* y, std::int64_t cols) {
    for (; cols >= map_width; cols -= map_width) {
      tile(f, in.data(), y);
      for (const float*& operand : in) operand += map_width;
      y += map_width;
    }
    if (cols <= 0) return;
    alignas(64) float padded[n][map_width] = {};
    alignas(64) float result[map_width];
    std::array<const float*, n> operands;
    for (std::size_t i = 0; i < n; ++i) {
      std::memcpy(padded[i], in[i], std::size_t(cols) * sizeof(float));
      operands[i] = padded[i];
    }
    tile(f, operands.data(), result);
    std::memcpy(y, result, std::size_t(cols) * sizeof(float));
  }
};

}  // namespace encore::cpu
