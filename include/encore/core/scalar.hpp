// SPDX-License-Identifier: Apache-2.0
// Function objects over scalars of any kind (float, double, dual numbers), for user functors: `encore::exp(x)` works
// for all of them, where std::exp would not find a dual and float has no ADL.
#pragma once

#include <encore/config.hpp>
#include <encore/core/activation.hpp>

#include <cmath>
#include <concepts>

namespace encore {

// A value with its derivative by one variable: (v, d). Forward-mode differentiation of map functors in one pass per
// input.
template <class S>
struct Dual {
  S v{};
  S d{};
  Dual() = default;
  template <class C>
    requires std::convertible_to<C, S>
  ENCORE_HD constexpr Dual(C value) : v(S(value)) {}
  ENCORE_HD constexpr Dual(S value, S derivative) : v(value), d(derivative) {}

  friend ENCORE_HD constexpr Dual operator+(Dual a, Dual b) { return {a.v + b.v, a.d + b.d}; }
  friend ENCORE_HD constexpr Dual operator-(Dual a, Dual b) { return {a.v - b.v, a.d - b.d}; }
  friend ENCORE_HD constexpr Dual operator*(Dual a, Dual b) { return {a.v * b.v, a.d * b.v + a.v * b.d}; }
  friend ENCORE_HD constexpr Dual operator/(Dual a, Dual b) {
    const S q = a.v / b.v;
    return {q, (a.d - q * b.d) / b.v};
  }
  friend ENCORE_HD constexpr Dual operator-(Dual a) { return {-a.v, -a.d}; }
  friend ENCORE_HD constexpr bool operator<(Dual a, Dual b) { return a.v < b.v; }
  friend ENCORE_HD constexpr bool operator>(Dual a, Dual b) { return a.v > b.v; }
};

namespace detail {

struct Exp {
  ENCORE_HD float operator()(float x) const { return std::exp(x); }
  ENCORE_HD double operator()(double x) const { return std::exp(x); }
  template <class S>
  ENCORE_HD Dual<S> operator()(Dual<S> x) const {
    const S e = (*this)(x.v);
    return {e, x.d * e};
  }
};
struct Log1p {
  ENCORE_HD float operator()(float x) const { return std::log1p(x); }
  ENCORE_HD double operator()(double x) const { return std::log1p(x); }
  template <class S>
  ENCORE_HD Dual<S> operator()(Dual<S> x) const {
    return {(*this)(x.v), x.d / (S(1) + x.v)};
  }
};
struct Tanh {
  ENCORE_HD float operator()(float x) const { return std::tanh(x); }
  ENCORE_HD double operator()(double x) const { return std::tanh(x); }
  template <class S>
  ENCORE_HD Dual<S> operator()(Dual<S> x) const {
    const S t = (*this)(x.v);
    return {t, x.d * (S(1) - t * t)};
  }
};
struct Erf {
  ENCORE_HD float operator()(float x) const { return std::erf(x); }
  ENCORE_HD double operator()(double x) const { return std::erf(x); }
  template <class S>
  ENCORE_HD Dual<S> operator()(Dual<S> x) const {
    return {(*this)(x.v), x.d * S(1.1283791670955126) * S(std::exp(-x.v * x.v))};
  }
};
struct Sqrt {
  ENCORE_HD float operator()(float x) const { return std::sqrt(x); }
  ENCORE_HD double operator()(double x) const { return std::sqrt(x); }
  template <class S>
  ENCORE_HD Dual<S> operator()(Dual<S> x) const {
    const S r = (*this)(x.v);
    return {r, x.d == S(0) ? S(0) : x.d / (S(2) * r)};  // of a constant 0 too
  }
};
struct Relu {
  template <class S>
  ENCORE_HD constexpr S operator()(S x) const {
    return x > S(0) ? x : S(0);
  }
};
struct Sigmoid {
  template <class S>
  ENCORE_HD S operator()(S x) const {
    return S(1) / (S(1) + Exp{}(-x));
  }
  template <class S>
  ENCORE_HD Dual<S> operator()(Dual<S> x) const {  // s (1 - s) stays finite where e^-x does not
    const S s = (*this)(x.v);
    return {s, x.d * s * (S(1) - s)};
  }
};

struct Softplus {  // log(1 + e^x) = max(x, 0) + log1p(e^-|x|) cannot overflow
  template <class S>
  ENCORE_HD S operator()(S x) const {
    return Relu{}(x) + Log1p{}(Exp{}(x > S(0) ? -x : x));
  }
};

}  // namespace detail

inline constexpr detail::Exp exp{};
inline constexpr detail::Log1p log1p{};
inline constexpr detail::Tanh tanh{};
inline constexpr detail::Erf erf{};
inline constexpr detail::Sqrt sqrt{};
inline constexpr detail::Relu relu{};
inline constexpr detail::Sigmoid sigmoid{};
inline constexpr detail::Softplus softplus{};

// The formulas of core/activation.hpp for any scalar: the oracle of the kernels, and the source of their derivatives.
template <class S>
ENCORE_HD S activate(Activation activation, S x) {
  constexpr double half_sqrt2 = 0.70710678118654752440;
  switch (activation) {
    case Activation::identity: return x;
    case Activation::gelu_erf: return S(0.5) * x * (S(1) + erf(x * S(half_sqrt2)));
    case Activation::gelu_tanh:
      return S(0.5) * x * (S(1) + tanh(S(0.79788456080286535588) * (x + S(0.044715) * x * x * x)));
    case Activation::quick_gelu: return x * sigmoid(S(1.702) * x);
    case Activation::gelu_10: {
      const S g = activate(Activation::gelu_erf, x);
      return g > S(10) ? S(10) : g < S(-10) ? S(-10) : g;
    }
    case Activation::relu: return relu(x);
    case Activation::relu6: return x > S(6) ? S(6) : relu(x);
    case Activation::relu_squared: return relu(x) * relu(x);
    case Activation::leaky_relu: return x > S(0) ? x : S(0.01) * x;
    case Activation::silu: return x * sigmoid(x);
    case Activation::mish: return x * tanh(softplus(x));
    case Activation::hard_swish: return x * activate(Activation::relu6, x + S(3)) / S(6);
    case Activation::sqrt_softplus: return sqrt(softplus(x));
    case Activation::sigmoid: return sigmoid(x);
    case Activation::tanh: return tanh(x);
    case Activation::laplace: return S(0.5) * (S(1) + erf((x - S(0.707107)) / S(0.282095 * 1.41421356237309504880)));
  }
  return x;
}

}  // namespace encore
