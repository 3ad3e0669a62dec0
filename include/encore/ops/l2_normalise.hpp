// SPDX-License-Identifier: Apache-2.0
// y[n] = x[n] / max(|x[n]|_2, eps): [N, C] -> [N, C]; y may alias x.
#pragma once

#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

ENCORE_KERNEL(l2_normalise)
struct L2Normalise {
  static constexpr const char* name = "l2_normalise";
  double eps = 1e-12;

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    l2_normalise_kernel(env.kernels, in[0], eps, y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B> y, In<B>, In<B> dy,
                std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.l2_normalise_backward(in[0], eps, y, dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return 3.0 * double(in[0].rows) * double(in[0].cols);
  }
};

}  // namespace encore::op
