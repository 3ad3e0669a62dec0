// SPDX-License-Identifier: Apache-2.0
// y[n] = each head of x[n] rotated by the angles of n's position in its sequence: the rotation that attention applies
// to queries and keys (hook QK), for values. [N, H D] -> [N, H D]; y aliases nothing. Backward rotates back. Su et al.
// 2021.
#pragma once

#include <encore/ops/attention.hpp>
#include <encore/ops/kernel_call.hpp>

namespace encore::op {

ENCORE_KERNEL(rotate)
struct Rotate {
  static constexpr const char* name = "rotate";
  AttentionSpec spec;  // its rotation
  ComputedTables computed{};

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if (spec.head_size < 1 || in[0].cols % spec.head_size != 0)
      shape_error(name, in[0], {in[0].rows, spec.head_size}, "columns are not whole heads");
    if (in[0].rows != env.segments.tokens())
      shape_error(name, in[0], {env.segments.tokens(), in[0].cols}, "rows are not the tokens of the segments");
    check_rotary(name, spec.rotary, spec.head_size);
    check_positions(name, env.layout, env.segments, spec.cosine, computed.cosine, spec.rotary);
    check_positions(name, env.layout, env.segments, spec.sine, computed.sine, spec.rotary);
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    rotate_kernel(env.kernels, plan<B>(env), env.segments, false, in[0], y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.rotate(plan<B>(env), env.segments, true, dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return 3.0 * double(in[0].rows) * double(in[0].cols) * double(spec.rotary) / double(spec.head_size);
  }

 private:
  template <class B>
  AttentionPlan<scalar_t<B>> plan(const Env<B>& env) const {
    return plan_attention(env, spec, computed, {});
  }
};

}  // namespace encore::op
