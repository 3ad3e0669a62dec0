// SPDX-License-Identifier: Apache-2.0
// Attention on the device: what its kernels cannot do is refused, the work is cut into tiles, the kernel is chosen.
#pragma once

#include <encore/backend/attention_plan.hpp>
#include <encore/backend/cuda/sums.hpp>
#include <encore/backend/cuda/tiling.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace encore::cuda {

class AttentionWork : public Sums {
 public:
  using Sums::Sums;

  // Throws UnsupportedError for what its kernels cannot do, before anything runs.
  static void check_attention(const AttentionPlan<float>& plan) {
    if (plan.head_size > max_head_size)
      throw UnsupportedError("attention: head size " + std::to_string(plan.head_size) +
                             " is not supported by the cuda backend; it takes up to " + std::to_string(max_head_size));
    if (plan.softcap > 0 || plan.weights != AttentionWeights::softmax || plan.terms.sinks || plan.terms.decay)
      throw UnsupportedError(
          "attention: the cuda backend has no softcap, sigmoid weights, sinks or decay by distance; the cpu backend "
          "has");
  }
  std::size_t attention_scratch(const AttentionPlan<float>&, const Segments&) const { return 0; }
  void attention(const AttentionPlan<float>& plan, const Segments& segments, std::span<const In> in,
                 const AttentionDistances<In>& distances, Out out, Out log_sum, std::byte*) const {
    AttentionTask task = attention_task(plan, in, distances);
    task.out = out;
    task.log_sum = log_sum;
    cut(segments, forward_tile_rows(uses_tensor_cores(task.q.format, task.has_distances()), plan.head_size), task);
    device_.run_forward(task);
  }
  void attention_backward(const AttentionPlan<float>& plan, const Segments& segments, std::span<const In> in,
                          const AttentionDistances<In>& distances, In out, In log_sum, In dout, std::span<const Out> dx,
                          const AttentionDistances<Out>& ddistances) const {
    AttentionTask task = attention_task(plan, in, distances);
    task.out = out;
    task.log_sum = log_sum;
    task.dout = dout;
    task.dq = dx[0];
    task.dk = dx[1];
    task.dv = dx[2];
    task.delta = floats(in[0].rows, plan.heads);
    task.dterms = ddistances.each([&](const Out& gradient) {
      if (gradient.data) device_.run(FillTask{gradient, 0});  // distances that no sequence has
      return gradient;
    });
    task.sequences = std::int32_t(segments.count());
    task.longest = std::int32_t(segments.longest());
    cut(segments, backward_tile_rows, task);
    device_.run_backward(task);
  }

 private:
  static constexpr std::int64_t max_head_size = 128;

  AttentionTask attention_task(const AttentionPlan<float>& plan, std::span<const In> in,
                               const AttentionDistances<In>& distances) const {
    AttentionTask task{plan.converted<std::int32_t, float>([](const float* table) { return table; })};
    if (!task.cosine) task.rotary = 0;
    task.q = in[0];
    task.k = in[1];
    task.v = in[2];
    task.offsets = context_->pass().offsets;
    task.terms = distances;
    return task;
  }
  void cut(const Segments& segments, int rows, AttentionTask& task) const {
    Context<Cuda>::Pass& pass = context_->pass();
    for (const auto& tiles : pass.tiles) {
      if (tiles.rows != rows) continue;
      task.tiles = tiles.data;
      task.tile_count = tiles.count;
      return;
    }
    pass.cut.clear();
    cut_attention(segments, rows, pass.cut);
    task.tiles = send(pass.cut);
    task.tile_count = std::int64_t(pass.cut.size());
    pass.tiles.push_back({rows, task.tiles, task.tile_count});
  }
};

}  // namespace encore::cuda
