// SPDX-License-Identifier: Apache-2.0
// Normalisation of rows, z = x (+ residual, an optional second operand) [N, C]:
//   layer  y = g (z - mean z) / sqrt(var z + eps) + b   Ba, Kiros & Hinton 2016; the variance is biased
//   rms    y = g z / sqrt(mean z^2 + eps)               Zhang & Sennrich 2019
//   none   y = g z + b                                  Sun et al. 2020, MobileBERT
// Gain and bias are optional. y may alias x or the residual. Statistics in the accumulation type, two passes. z is
// rounded before it is normalised, so that a separate add gives equal bits.
#pragma once

#include <encore/backend/operands.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

struct Norm {
  static constexpr const char* name = "norm";
  NormKind kind = NormKind::layer;
  ParameterId gain{};
  ParameterId bias{};
  double eps = 1e-12;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if (gain && env.layout[gain].rows() != in[0].cols)
      shape_error(name, in[0], {1, env.layout[gain].rows()}, "columns and gain differ");
    if (in.back() != in[0]) shape_error(name, in[0], in.back(), "input and residual differ");
    return in[0];
  }
  template <class B>
  Extent saved(const Env<B>&, std::span<const Extent> in) const {
    return {in[0].rows, 2};
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B> statistics, std::byte*) const {
    const In<B> r = in.size() > 1 ? in.back() : In<B>{};
    if constexpr (requires {
                    env.kernels.norm(kind, in[0], r, env.optional(gain), env.optional(bias), eps, y, statistics);
                  })
      env.kernels.norm(kind, in[0], r, env.optional(gain), env.optional(bias), eps, y, statistics);
    else
      static_assert(detail::has_kernel<B>, "encore: this backend has no kernel for op 'norm' (docs/backends.md)");
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B>, In<B> statistics, In<B> dy,
                std::span<const Out<B>> dx) const {
    const Out<B> dz = dx[0].data ? dx[0] : dx.back();  // the same for both summands
    env.kernels.norm_backward(kind, in[0], in.size() > 1 ? in.back() : In<B>{}, env.optional(gain), statistics, dy, dz,
                              env.gradient(gain), env.gradient(bias));
    if (dx.size() > 1 && dx[0].data && dx[1].data) env.kernels.copy(dx[0], dx[1]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return (in.size() > 1 ? 9.0 : 8.0) * double(in[0].rows) * double(in[0].cols);
  }
};

}  // namespace encore::op
