// SPDX-License-Identifier: Apache-2.0
// y[s] = sum_n softmax(scores of sequence s)_n x_n: x [N, C], scores [N, 1] -> [sequences, C]. With learned scores
// attention pooling, with log(n + 1) the position-weighted mean. Sums run over rows in ascending order. Saved: log-sums
// [sequences, 1].
#pragma once

#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

ENCORE_KERNEL(weighted_pool)
struct WeightedPool {
  static constexpr const char* name = "weighted_pool";

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if (in[0].rows != env.segments.tokens())
      shape_error(name, in[0], {env.segments.tokens(), in[0].cols}, "rows are not the tokens of the segments");
    if (in[1] != Extent{in[0].rows, 1}) shape_error(name, in[1], {in[0].rows, 1}, "scores are a number for each row");
    return {env.segments.count(), in[0].cols};
  }
  template <class B>
  Extent saved(const Env<B>& env, std::span<const Extent>) const {
    return {env.segments.count(), 1};
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B> log_sums, std::byte*) const {
    weighted_pool_kernel(env.kernels, env.segments, in[0], in[1], y, log_sums);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B> y, In<B> log_sums, In<B> dy,
                std::span<const Out<B>> dx) const {
    env.kernels.weighted_pool_backward(env.segments, in[0], in[1], y, log_sums, dy, dx[0], dx[1]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return 2.0 * double(in[0].rows) * double(in[0].cols);
  }
};

}  // namespace encore::op
