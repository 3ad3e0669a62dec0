// SPDX-License-Identifier: Apache-2.0
// Mixing tokens without scores on the CPU: the reference's plain loops on all threads.
#pragma once

#include <encore/backend/cpu/attention.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace encore::cpu {

class Mixers : public AttentionWork {
 public:
  using AttentionWork::AttentionWork;

  // A head of a sequence is one chunk.
  std::size_t linear_attention_scratch(std::int64_t features, std::int64_t head_size) const {
    return std::size_t(parallel_.concurrency()) * sums_per_worker(features, head_size) * sizeof(float);
  }
  void linear_attention(std::int64_t heads, const Segments& segments, In q, In k, In v, Out y,
                        std::byte* scratch) const {
    const std::size_t per_worker = sums_per_worker(q.cols / heads, v.cols / heads);
    parallel_.for_each(segments.count() * heads, [&](std::int64_t chunk, int worker) {
      auto rows = [&](auto x) { return reference::head_rows(segments, chunk / heads, heads, chunk % heads, x); };
      reference::linear_attention_head(rows(q), rows(k), rows(v), rows(y),
                                       reinterpret_cast<float*>(scratch) + std::size_t(worker) * per_worker);
    });
  }
  // Some rows of a sequence are one chunk.
  void fourier(const Segments& segments, In u, In w, Out y) const {
    const std::int64_t most = (segments.longest() + fourier_rows - 1) / fourier_rows;
    parallel_.for_each(segments.count() * most, [&](std::int64_t chunk, int) {
      const std::int64_t s = chunk / most;
      const std::int64_t first = chunk % most * fourier_rows;
      const std::int64_t last = std::min(first + fourier_rows, segments.length(s));
      for (std::int64_t i = first; i < last; ++i)
        reference::fourier_row(reference::sequence_rows(segments, s, u), reference::sequence_rows(segments, s, w), i,
                               y.row(segments.begin(s) + i));
    });
  }

 private:
  static constexpr std::int64_t fourier_rows = 16;  // rows of a task

  // Floats, in whole cache lines.
  static std::size_t sums_per_worker(std::int64_t features, std::int64_t head_size) {
    return std::size_t((features * (head_size + 1) + 15) / 16 * 16);
  }
};

}  // namespace encore::cpu
