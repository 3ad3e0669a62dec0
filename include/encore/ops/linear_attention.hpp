// SPDX-License-Identifier: Apache-2.0
// Linear attention: features of queries and keys fq, fk [N, H F] and values v [N, H D] -> [N, H D]. For head h of each
// sequence, sums over the tokens of the same sequence,
//   y_i = (sum_j fk_j v_j^T)^T fq_i / (fq_i . sum_j fk_j)
// which is attention with the weights fq_i . fk_j, in time and memory linear in the tokens. The features must be such
// that no denominator is zero: positive ones are. y aliases nothing. Sums run over tokens, then over features, in
// ascending order. Katharopoulos, Vyas, Pappas & Fleuret 2020, equation 5.
#pragma once

#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

ENCORE_KERNEL(linear_attention)
struct LinearAttention {
  static constexpr const char* name = "linear_attention";
  std::int64_t heads = 0;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if (in[1] != in[0]) shape_error(name, in[0], in[1], "features of queries and keys differ");
    if (in[2].rows != in[0].rows) shape_error(name, in[0], in[2], "rows of features and values differ");
    for (const Extent& x : in)
      if (heads < 1 || x.cols % heads != 0) shape_error(name, x, {x.rows, heads}, "columns are not whole heads");
    if (in[0].rows != env.segments.tokens())
      shape_error(name, in[0], {env.segments.tokens(), in[0].cols}, "rows are not the tokens of the segments");
    return in[2];
  }
  template <class B>
  std::size_t scratch(const Env<B>& env, std::span<const Extent> in) const {
    const std::int64_t features = in[0].cols / heads, head_size = in[2].cols / heads;
    if constexpr (requires { env.kernels.linear_attention_scratch(features, head_size); })
      return env.kernels.linear_attention_scratch(features, head_size);
    else
      return 0;
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte* scratch) const {
    linear_attention_kernel(env.kernels, heads, env.segments, in[0], in[1], in[2], y, scratch);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B> y, In<B>, In<B> dy,
                std::span<const Out<B>> dx) const {
    env.kernels.linear_attention_backward(heads, env.segments, in[0], in[1], in[2], y, dy, dx[0], dx[1], dx[2]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    const double features = double(in[0].cols) / double(heads), head_size = double(in[2].cols) / double(heads);
    return double(in[0].rows) * double(heads) * (4.0 * features * head_size + 3.0 * features + head_size);
  }
};

}  // namespace encore::op
