// SPDX-License-Identifier: Apache-2.0
// The real part of the discrete Fourier transform of u - i w over the tokens of each sequence: u, w [N, C] -> [N, C],
//   y_i = sum_j cos(2 pi i j / n) u_j - sin(2 pi i j / n) w_j
// for the n tokens of a sequence, i and j counted from 0 in it. Computed as it stands, O(n^2 C), j ascending; angles in
// double, of i j mod n, so that they are as exact for long sequences as for short ones. y aliases nothing. Backward is
// the transpose. With a product by cosines and sines over the hidden columns: Lee-Thorp, Ainslie, Eckstein & Ontanon
// 2022, FNet.
#pragma once

#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

ENCORE_KERNEL(fourier)
struct Fourier {
  static constexpr const char* name = "fourier";

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if (in[1] != in[0]) shape_error(name, in[0], in[1], "shapes differ");
    if (in[0].rows != env.segments.tokens())
      shape_error(name, in[0], {env.segments.tokens(), in[0].cols}, "rows are not the tokens of the segments");
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    fourier_kernel(env.kernels, env.segments, in[0], in[1], y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>> dx) const {
    env.kernels.fourier_backward(env.segments, dy, dx[0], dx[1]);
  }
  template <class B>
  double flops(const Env<B>& env, std::span<const Extent> in) const {
    double pairs = 0;
    for (std::int64_t s = 0; s < env.segments.count(); ++s)
      pairs += double(env.segments.length(s)) * double(env.segments.length(s));
    return 4.0 * pairs * double(in[0].cols);
  }
};

}  // namespace encore::op
