// SPDX-License-Identifier: Apache-2.0
// y[i] = x[index[i]]: [N, C] -> [n, C]. Backward sums over the rows that read one, in ascending order. An index that is no
// row is an InputError.
#pragma once

#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

ENCORE_KERNEL(gather_rows)
struct GatherRows {
  static constexpr const char* name = "gather_rows";
  Indices indices{};

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    check_indices(name, indices, 0, in[0].rows);
    return {indices.size, in[0].cols};
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    gather_rows_kernel(env.kernels, in[0], indices, y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.gather_rows_backward(indices, dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent>) const {
    return 0;
  }
};

}  // namespace encore::op
