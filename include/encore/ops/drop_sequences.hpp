// SPDX-License-Identifier: Apache-2.0
// y[n] = x[n] / (1 - p) for the sequences that are kept, 0 for the others: [N, C] -> [N, C], one draw of a counter-based
// stream for each sequence. y may alias x. Its own adjoint. Stochastic depth: Huang et al. 2016.
#pragma once

#include <encore/core/philox.hpp>
#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

ENCORE_KERNEL(drop_sequences)
struct DropSequences {
  static constexpr const char* name = "drop_sequences";
  float p = 0;
  RandomStream stream{};

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if (!(p >= 0 && p < 1))
      throw ArgumentError("drop_sequences: probability " + std::to_string(p) + " is not in [0, 1)");
    if (in[0].rows != env.segments.tokens())
      shape_error(name, in[0], {env.segments.tokens(), in[0].cols}, "rows are not the tokens of the segments");
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    drop_sequences_kernel(env.kernels, env.segments, in[0], p, stream, y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.drop_sequences(env.segments, dy, p, stream, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return double(in[0].rows) * double(in[0].cols);
  }
};

}  // namespace encore::op
