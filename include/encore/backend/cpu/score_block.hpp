// SPDX-License-Identifier: Apache-2.0
// A user's function of scores on the CPU (hook S): as a map functor it is compiled in the user's own translation unit,
// into one loop for each instruction set, and called a block of scores at a time. The loop inside has a fixed width, the
// vector's, so that a score is computed by the same instructions wherever it stands.
#pragma once

#include <encore/backend/cpu/map_tile.hpp>
#include <encore/core/score_function.hpp>

namespace encore::cpu {

template <class F, std::size_t k>
struct ScoreBlocks {
  using Function = void (*)(const void*, const ScoreBlock&, const float*);

  template <int width, std::size_t... i>
  static ENCORE_ALWAYS_INLINE void run(const void* functor, const ScoreBlock& block, const float* numbers,
                                       std::index_sequence<i...>) {
    const F f = *static_cast<const F*>(functor);
    (void)numbers;
    for (std::int64_t r = 0; r < block.rows; ++r) {
      float* const scores = block.scores + r * block.stride;
      const int first = int(block.distance + r);
      for (int c = 0; c < int(block.cols); c += width)
        for (int lane = 0; lane < width; ++lane)
          scores[c + lane] = 1.44269504f * f(0.693147181f * scores[c + lane], float(first - c - lane), numbers[i]...);
    }
  }
  static ENCORE_NOINLINE void baseline(const void* f, const ScoreBlock& block, const float* numbers) {
    run<4>(f, block, numbers, std::make_index_sequence<k>{});
  }
#if defined(ENCORE_MAP_TARGETS)
  ENCORE_TARGET_AVX2 static void avx2(const void* f, const ScoreBlock& block, const float* numbers) {
    run<8>(f, block, numbers, std::make_index_sequence<k>{});
  }
  ENCORE_TARGET_AVX512 static void avx512(const void* f, const ScoreBlock& block, const float* numbers) {
    run<16>(f, block, numbers, std::make_index_sequence<k>{});
  }
#endif
};

}  // namespace encore::cpu
