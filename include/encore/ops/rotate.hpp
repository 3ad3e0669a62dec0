// SPDX-License-Identifier: Apache-2.0
// y[n] = each head of x[n] turned by the angles of n's position in its sequence: the rotation that attention applies to
// queries and keys (hook QK), for values. [N, H D] -> [N, H D]; y aliases nothing. Backward turns back. Su et al. 2021.
#pragma once

#include <encore/backend/attention_plan.hpp>
#include <encore/ops/rotation.hpp>

namespace encore::op {

struct Rotate {
  static constexpr const char* name = "rotate";
  ParameterId cosine{};  // constants [positions, rotary / 2]
  ParameterId sine{};
  ComputedRows cosine_rows{}, sine_rows{};  // in their place, where sequences are longer
  std::int64_t head_size = 0;
  std::int64_t rotary = 0;
  bool interleaved = false;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if (head_size < 1 || in[0].cols % head_size != 0)
      shape_error(name, in[0], {in[0].rows, head_size}, "columns are not whole heads");
    if (in[0].rows != env.segments.tokens())
      shape_error(name, in[0], {env.segments.tokens(), in[0].cols}, "rows are not the tokens of the segments");
    check_rotary(name, rotary, head_size);
    check_positions(name, env.layout, env.segments, cosine, cosine_rows, rotary);
    check_positions(name, env.layout, env.segments, sine, sine_rows, rotary);
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    if constexpr (requires { env.kernels.rotate(plan<B>(env), env.segments, false, in[0], y); })
      env.kernels.rotate(plan<B>(env), env.segments, false, in[0], y);
    else
      static_assert(detail::has_kernel<B>, "encore: this backend has no kernel for op 'rotate' (docs/backends.md)");
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.rotate(plan<B>(env), env.segments, true, dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return 3.0 * double(in[0].rows) * double(in[0].cols) * double(rotary) / double(head_size);
  }

 private:
  template <class B>
  AttentionPlan<scalar_t<B>> plan(const Env<B>& env) const {
    return {.head_size = head_size,
            .cosine = rows_by_position(env, cosine, cosine_rows),
            .sine = rows_by_position(env, sine, sine_rows),
            .rotary = rotary,
            .interleaved = interleaved};
  }
};

}  // namespace encore::op
