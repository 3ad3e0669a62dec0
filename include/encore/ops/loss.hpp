// SPDX-License-Identifier: Apache-2.0
// cross_entropy: logits [N, V], targets [N] -> [1, 1], the mean over rows with target >= 0 of -log
// softmax(logits)[target], in nats. Rows with a negative target count neither in the sum nor in the mean; no counted
// row at all gives 0, not NaN. Saved: log sums. Throws InputError for a target beyond the classes.
#pragma once

#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

// The mean over rows with a target of -log softmax(logits)[target], in nats: [1, 1].
ENCORE_KERNEL(cross_entropy)
struct CrossEntropy {
  static constexpr const char* name = "cross_entropy";
  static constexpr Element element = Element::statistic;
  Indices targets{};

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    if (targets.size != in[0].rows) shape_error(name, in[0], {targets.size, 1}, "one target a row is needed");
    const std::int32_t* values = host_values(targets);
    for (std::int64_t n = 0; n < targets.size; ++n)
      if (values[n] >= in[0].cols)
        throw InputError("cross_entropy: target " + std::to_string(values[n]) + " of row " + std::to_string(n) +
                         " is not below " + std::to_string(in[0].cols) + " classes");
    return {1, 1};
  }
  template <class B>
  Extent saved(const Env<B>&, std::span<const Extent> in) const {
    return {in[0].rows, 1};
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B> log_sums, std::byte*) const {
    cross_entropy_kernel(env.kernels, in[0], targets, y, log_sums);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B>, In<B> log_sums, In<B> dy,
                std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.cross_entropy_backward(in[0], targets, log_sums, dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return 4.0 * double(in[0].rows) * double(in[0].cols);
  }
};

}  // namespace encore::op
