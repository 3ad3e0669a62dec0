// SPDX-License-Identifier: Apache-2.0
// y[n] = x[n + by] within n's sequence, zero where that is outside. [N, C] -> [N, C]; y aliases nothing. Backward shifts
// by -by. With concat and linear: convolutions over tokens, and MobileBERT's trigrams.
#pragma once

#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

ENCORE_KERNEL(shift)
struct Shift {
  static constexpr const char* name = "shift";
  std::int64_t by = 0;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if (in[0].rows != env.segments.tokens())
      shape_error(name, in[0], {env.segments.tokens(), in[0].cols}, "rows are not the tokens of the segments");
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    shift_kernel(env.kernels, by, env.segments, in[0], y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.shift(-by, env.segments, dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent>) const {
    return 0;
  }
};

}  // namespace encore::op
