// SPDX-License-Identifier: Apache-2.0
// y[n] = each head of x[n] rotated as rotary embeddings rotate it, with a base that grows with the length of n's
// sequence (dynamic NTK, emozilla 2023): for L tokens, more than the T of training, base (factor L / T - (factor -
// 1))^(r / (r - 2)). [N, H D] -> [N, H D]; y aliases nothing. Backward rotates back. A sequence's own length counts,
// whatever else is in the batch.
#pragma once

#include <encore/backend/operands.hpp>
#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

ENCORE_KERNEL(rotate_by_length)
struct RotateByLength {
  static constexpr const char* name = "rotate_by_length";
  LengthRotation rotation;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if (rotation.head_size < 1 || in[0].cols % rotation.head_size != 0)
      shape_error(name, in[0], {in[0].rows, rotation.head_size}, "columns are not whole heads");
    if (in[0].rows != env.segments.tokens())
      shape_error(name, in[0], {env.segments.tokens(), in[0].cols}, "rows are not the tokens of the segments");
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    rotate_by_length_kernel(env.kernels, rotation, env.segments, false, in[0], y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.rotate_by_length(rotation, env.segments, true, dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return 3.0 * double(in[0].rows) * double(in[0].cols);
  }
};

}  // namespace encore::op
