// SPDX-License-Identifier: Apache-2.0
// Ops that work element by element on [N, C] operands of equal shape; y may alias an operand.
//   map       y = f(x_1, .., x_n)   f: a trivially copyable functor over scalars of any kind; backward by dual numbers
//   activate  y = activation(x)     the built-in functions, vectorised
//   gate      y = activation(u) g   the GLU family (Shazeer 2020)
//   add       y = x_1 + x_2
//   as activation   y = x           a statistic in the format of activations, where the two differ
//   dropout   y = x mask / (1 - p)  mask from a counter-based stream (Srivastava et al. 2014)
#pragma once

#include <encore/core/activation.hpp>
#include <encore/core/philox.hpp>
#include <encore/core/scalar.hpp>
#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

#include <type_traits>
#include <utility>

namespace encore::op {

// The shape that all operands have. Throws ShapeError naming two that differ.
inline Extent equal_shapes(const char* name, std::span<const Extent> in) {
  for (const Extent& other : in)
    if (other != in[0]) shape_error(name, in[0], other, "shapes differ");
  return in[0];
}

namespace detail {
template <class F, class S, std::size_t n>
constexpr bool maps = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::is_invocable_r_v<S, const F&, std::enable_if_t<(i < n), S>...>;
}(std::make_index_sequence<n>{});
}  // namespace detail

// Whether f can be called with n scalars and with n dual numbers; says so once where it cannot. Dual numbers where
// nothing is recorded too: a layer that infers is to train.
template <class F, class S, std::size_t n>
constexpr bool takes_scalars() {
  constexpr bool numbers = detail::maps<F, S, n>;
  static_assert(numbers, "encore: a map functor takes as many scalars as there are operands, and returns one");
  if constexpr (numbers) {
    constexpr bool duals = detail::maps<F, Dual<S>, n>;
    static_assert(
        duals,
        "encore: a map functor takes scalars of any type (auto, or a template): gradients are taken by calling "
        "it with dual numbers");
    return duals;
  }
  return false;
}

// y = f(x_1, .., x_n), f on the scalars of each element.
ENCORE_KERNEL(map)
template <class F, std::size_t n>
struct Map {
  static_assert(std::is_trivially_copyable_v<F>,
                "encore: a map functor must be trivially copyable: it travels to the kernel by value");
  static constexpr const char* name = "map";
  static constexpr bool elementwise = true;
  F f;

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    return equal_shapes(name, in);
  }
  // The operands' views, as kernels of a fixed number take them.
  template <class B>
  static std::array<In<B>, n> views(std::span<const In<B>> in) {
    std::array<In<B>, n> result;
    for (std::size_t i = 0; i < n; ++i) result[i] = in[i];
    return result;
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    map_kernel(env.kernels, f, views<B>(in), y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B>, In<B>, In<B> dy,
                std::span<const Out<B>> dx) const {
    std::array<Out<B>, n> gradients;
    for (std::size_t i = 0; i < n; ++i) gradients[i] = dx[i];
    env.kernels.map_backward(f, views<B>(in), dy, gradients);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return double(n) * double(in[0].rows) * double(in[0].cols);
  }
};

// y = activation(x).
ENCORE_KERNEL(activate)
struct Activate {
  static constexpr const char* name = "activate";
  static constexpr bool elementwise = true;
  Activation activation = Activation::identity;

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    activate_kernel(env.kernels, activation, in[0], y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B>, In<B>, In<B> dy,
                std::span<const Out<B>> dx) const {
    env.kernels.activate_backward(activation, in[0], dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return 10.0 * double(in[0].rows) * double(in[0].cols);
  }
};

// y = activation(u) g.
ENCORE_KERNEL(gate)
struct Gate {
  static constexpr const char* name = "gate";
  static constexpr bool elementwise = true;
  Activation activation = Activation::identity;

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    return equal_shapes(name, in);
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    gate_kernel(env.kernels, activation, in[0], in[1], y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B>, In<B>, In<B> dy,
                std::span<const Out<B>> dx) const {
    env.kernels.gate_backward(activation, in[0], in[1], dy, dx[0], dx[1]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return 11.0 * double(in[0].rows) * double(in[0].cols);
  }
};

// y = x_1 + x_2.
ENCORE_KERNEL(add)
struct Add {
  static constexpr const char* name = "add";
  static constexpr bool elementwise = true;

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    return equal_shapes(name, in);
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    add_kernel(env.kernels, in[0], in[1], y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>> dx) const {
    for (const Out<B>& gradient : dx)
      if (gradient.data) env.kernels.copy(dy, gradient);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return double(in[0].rows) * double(in[0].cols);
  }
};

// Executors run it by themselves where an op reads both.
struct AsActivation {
  static constexpr const char* name = "as activation";
  static constexpr Element element = Element::activation;

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    env.kernels.copy(in[0], y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.copy(dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent>) const {
    return 0;
  }
};

// y = x mask / (1 - p), the mask drawn from `stream` by the element's place, so that backward draws it again.
// Srivastava et al. 2014.
ENCORE_KERNEL(dropout)
struct Dropout {
  static constexpr const char* name = "dropout";
  static constexpr bool elementwise = true;
  float p = 0;
  RandomStream stream{};

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    if (!(p >= 0 && p < 1)) throw ArgumentError("dropout: probability " + std::to_string(p) + " is not in [0, 1)");
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    dropout_kernel(env.kernels, in[0], p, stream, y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.dropout(dy, p, stream, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return 2.0 * double(in[0].rows) * double(in[0].cols);
  }
};

}  // namespace encore::op
