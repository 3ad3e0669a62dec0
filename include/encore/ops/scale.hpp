// SPDX-License-Identifier: Apache-2.0
// y[n] = x[n] with each of H equal parts of its columns multiplied by a number: x [N, H D], s [N, H], or [1, H] for every
// row -> [N, H D]. y may alias x. Backward: dx = dy s, ds = the sum over a part (and over the rows that share a number) of
// dy x, in ascending order.
#pragma once

#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

ENCORE_KERNEL(scale)
struct Scale {
  static constexpr const char* name = "scale";

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    if (in[1].rows != 1 && in[1].rows != in[0].rows) shape_error(name, in[0], in[1], "rows differ");
    if (in[0].cols % in[1].cols != 0) shape_error(name, in[0], in[1], "columns are not whole parts");
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    scale_kernel(env.kernels, in[0], in[1], y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B>, In<B>, In<B> dy,
                std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.scale(dy, in[1], dx[0]);
    if (dx[1].data) env.kernels.scale_backward(in[0], dy, dx[1]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return double(in[0].rows) * double(in[0].cols);
  }
};

}  // namespace encore::op
