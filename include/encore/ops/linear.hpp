// SPDX-License-Identifier: Apache-2.0
// y = r + activation(x W^T + b): x [N, K], W [M, K], b [M] optional, r [N, M] an optional second operand, y [N, M].
// Aliasing: y may alias r, not x. Each output is one sum over K in ascending order, in the backend's accumulation type
// (fp32 on Cpu); it is rounded before the activation and again before r is added, so that fused and separate ops give
// equal bits. Backward: dx = dy W (assigned), dW += dy^T x, db += sum of rows of dy. It is defined for activation =
// identity without r: the recording executor runs those as ops of their own.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

ENCORE_KERNEL(linear)
struct Linear {
  static constexpr const char* name = "linear";
  ParameterId weight{};
  ParameterId bias{};
  Activation activation = Activation::identity;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    const ParameterSpec& spec = product_parameter(name, env.layout, weight);
    if (in[0].cols != spec.cols())
      throw ShapeError("linear: " + to_string(in[0]) + " times '" + spec.name() + "' " + to_string(spec.shape) +
                       ": inner sizes differ");
    if (bias) {
      const ParameterSpec& added = vector_parameter(name, env.layout, bias, {in[0].rows, spec.rows()}, spec.rows());
      if (!same_section_rows(spec, added))
        throw ShapeError("linear: the sections of '" + added.name() + "' are not those of '" + spec.name() + "'");
    }
    const Extent result{in[0].rows, spec.sections.size() > 1 ? env.kernels.product_columns(spec) : spec.rows()};
    if (in.size() > 1 && in.back() != result) shape_error(name, result, in.back(), "result and residual differ");
    return result;
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    const In<B> r = in.size() > 1 ? in.back() : In<B>{};
    linear_kernel(env.kernels, in[0], env.weights(weight), env.optional(bias), activation, r, y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B>, In<B>, In<B> dy,
                std::span<const Out<B>> dx) const {
    env.kernels.linear_backward(in[0], env.weights(weight), dy, dx[0], env.gradient(weight), env.gradient(bias));
  }
  template <class B>
  double flops(const Env<B>& env, std::span<const Extent> in) const {
    const double outputs = double(in[0].rows) * double(env.layout[weight].rows());
    return 2.0 * double(in[0].cols) * outputs + (activation != Activation::identity ? 10.0 : 0.0) * outputs +
           (in.size() > 1 ? outputs : 0.0);
  }
};

}  // namespace encore::op
