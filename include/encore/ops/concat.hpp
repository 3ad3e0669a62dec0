// SPDX-License-Identifier: Apache-2.0
// y[n] = [x_1[n], x_2[n], ..] -> [N, C_1 + C_2 + ..].
#pragma once

#include <encore/ops/op.hpp>

namespace encore::op {

struct Concat {
  static constexpr const char* name = "concat";

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    Extent sum{in[0].rows, 0};
    for (const Extent& part : in) {
      if (part.rows != sum.rows) shape_error(name, in[0], part, "rows differ");
      sum.cols += part.cols;
    }
    return sum;
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    std::int64_t column = 0;
    for (const In<B>& part : in) {
      env.kernels.copy(part, y.columns(column, part.cols));
      column += part.cols;
    }
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B>, In<B>, In<B> dy,
                std::span<const Out<B>> dx) const {
    std::int64_t column = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (dx[i].data) env.kernels.copy(dy.columns(column, in[i].cols), dx[i]);
      column += in[i].cols;
    }
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent>) const {
    return 0;
  }
};

}  // namespace encore::op
