// SPDX-License-Identifier: Apache-2.0
// Normalisation of rows, z = x (+ residual, an optional second operand) [N, C]:
//   layer  y = g (z - mean z) / sqrt(var z + eps) + b   Ba, Kiros & Hinton 2016; the variance is biased
//   rms    y = g z / sqrt(mean z^2 + eps)               Zhang & Sennrich 2019
//   none   y = g z + b                                  Sun et al. 2020, MobileBERT
// Gain and bias are optional. With groups, equal parts of the columns (heads) are normed each for itself, by one gain and
// bias of a part's width. y may alias x or the residual. Statistics in the accumulation type, two passes. z is
// rounded before it is normalised, so that a separate add gives equal bits.
#pragma once

#include <encore/backend/operands.hpp>
#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

ENCORE_KERNEL(norm)
struct Norm {
  static constexpr const char* name = "norm";
  NormKind kind = NormKind::layer;
  ParameterId gain{};
  ParameterId bias{};
  double eps = 1e-12;
  std::int64_t groups = 1;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if (groups < 1 || in[0].cols % groups != 0)
      shape_error(name, in[0], {in[0].rows, groups}, "columns are not whole groups");
    for (const ParameterId vector : {gain, bias})
      if (vector) vector_parameter(name, env.layout, vector, in[0], in[0].cols / groups);
    if (in.back() != in[0]) shape_error(name, in[0], in.back(), "input and residual differ");
    return in[0];
  }
  template <class B>
  Extent saved(const Env<B>&, std::span<const Extent> in) const {
    return {in[0].rows, 2 * groups};
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B> statistics, std::byte*) const {
    const In<B> r = in.size() > 1 ? in.back() : In<B>{};
    for (std::int64_t g = 0; g < groups; ++g)
      norm_kernel(env.kernels, kind, part(in[0], g), part(r, g), env.optional(gain), env.optional(bias), eps,
                  part(y, g), part(statistics, g));
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B>, In<B> statistics, In<B> dy,
                std::span<const Out<B>> dx) const {
    const Out<B> dz = dx[0].data ? dx[0] : dx.back();  // the same for both summands
    const In<B> r = in.size() > 1 ? in.back() : In<B>{};
    for (std::int64_t g = 0; g < groups; ++g)
      env.kernels.norm_backward(kind, part(in[0], g), part(r, g), env.optional(gain), part(statistics, g), part(dy, g),
                                part(dz, g), env.gradient(gain), env.gradient(bias));
    if (dx.size() > 1 && dx[0].data && dx[1].data) env.kernels.copy(dx[0], dx[1]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return (in.size() > 1 ? 9.0 : 8.0) * double(in[0].rows) * double(in[0].cols);
  }

 private:
  template <class View>
  View part(const View& x, std::int64_t group) const {
    if (groups == 1 || !x.data) return x;
    return x.columns(group * (x.cols / groups), x.cols / groups);
  }
};

}  // namespace encore::op
