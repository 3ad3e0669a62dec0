// SPDX-License-Identifier: Apache-2.0
// Attention on the CPU: a chunk is some query rows of one head of one sequence.
#pragma once

#include <encore/backend/cpu/products.hpp>
#include <encore/backend/cpu/score_block.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace encore::cpu {

class AttentionWork : public Products {
 public:
  using Products::Products;

  std::size_t attention_scratch(const AttentionPlan<float>& plan, const Segments& segments) const {
    return std::size_t(parallel_.concurrency()) * scratch_per_worker(plan, segments) * sizeof(float);
  }
  void attention(const AttentionPlan<float>& plan, const Segments& segments, std::span<const In> in,
                 const AttentionDistances<In>& distances, Out out, Out log_sum, std::byte* scratch) const {
    const In& q = in[0];
    const In& k = in[1];
    const In& v = in[2];
    const auto terms = distance_rows(distances, plan.head_size);
    const std::size_t per_worker = scratch_per_worker(plan, segments);
    const std::int64_t most = (segments.longest() + attention_rows - 1) / attention_rows;
    const std::int64_t group = plan.heads / plan.kv_heads;
    parallel_.for_each(segments.count() * plan.heads * most, [&](std::int64_t chunk, int worker) {
      const std::int64_t block = chunk % most;
      const std::int64_t head = chunk / most % plan.heads;
      const std::int64_t s = chunk / most / plan.heads;
      const std::int64_t begin = segments.begin(s);
      const std::int64_t length = segments.length(s);
      const std::int64_t blocks = (length + attention_rows - 1) / attention_rows;
      if (block >= blocks) return;
      AttentionTask task{plan};
      task.q = q.row(begin) + head * plan.head_size;
      task.k = k.row(begin) + head / group * plan.head_size;
      task.v = v.row(begin) + head / group * plan.head_size;
      task.ldq = q.stride;
      task.ldk = k.stride;
      task.ldv = v.stride;
      task.out = out.row(begin) + head * plan.head_size;
      task.ldo = out.stride;
      task.length = length;
      task.row_begin = length * block / blocks;
      task.row_end = length * (block + 1) / blocks;
      task.terms = terms.each([&](const auto& rows) { return rows ? rows.of_head(head) : rows; });
      if (plan.score) {
        task.score = &plan.score;
        task.score_numbers = plan.score.of_head(head);
      }
      if (log_sum.data) {
        task.log_sum = log_sum.row(begin) + head;
        task.ldlog_sum = log_sum.stride;
      }
      table_.attention(task, reinterpret_cast<float*>(scratch) + std::size_t(worker) * per_worker);
    });
  }

  template <class F, std::size_t k>
  auto score_block() const {
    return tile_function<ScoreBlocks<F, k>>(table_.isa);
  }

 private:
  // Query rows of a task, at most: K and V are packed once for each.
  static constexpr std::int64_t attention_rows = 336;

  std::size_t scratch_per_worker(const AttentionPlan<float>& plan, const Segments& segments) const {
    const std::int64_t floats = table_.attention_scratch(segments.longest(), plan.head_size, plan.terms);
    return std::size_t((floats + 15) / 16 * 16);
  }
};

}  // namespace encore::cpu
