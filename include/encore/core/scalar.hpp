// SPDX-License-Identifier: Apache-2.0
// Functions of scalars of any kind (float, double, dual numbers), for user functors: `encore::exp(x)` works
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

template <class S>
ENCORE_HD S exp(S x) {
  return detail::Exp{}(x);
}
template <class S>
ENCORE_HD S log1p(S x) {
  return detail::Log1p{}(x);
}
template <class S>
ENCORE_HD S tanh(S x) {
  return detail::Tanh{}(x);
}
template <class S>
ENCORE_HD S erf(S x) {
  return detail::Erf{}(x);
}
template <class S>
ENCORE_HD S sqrt(S x) {
  return detail::Sqrt{}(x);
}
template <class S>
ENCORE_HD constexpr S relu(S x) {
  return detail::Relu{}(x);
}
template <class S>
ENCORE_HD S sigmoid(S x) {
  return detail::Sigmoid{}(x);
}
template <class S>
ENCORE_HD S softplus(S x) {
  return detail::Softplus{}(x);
}

// The formulas of core/activation.hpp for any scalar: the oracle of the kernels, and the source of their derivatives.
template <Activation activation, class S>
ENCORE_HD S activate(S x) {
  if constexpr (activation == Activation::gelu_erf) {
    return S(0.5) * x * (S(1) + erf(x * S(0.70710678118654752440)));
  } else if constexpr (activation == Activation::gelu_tanh) {
    return S(0.5) * x * (S(1) + tanh(S(0.79788456080286535588) * (x + S(0.044715) * x * x * x)));
  } else if constexpr (activation == Activation::quick_gelu) {
    return x * sigmoid(S(1.702) * x);
  } else if constexpr (activation == Activation::gelu_10) {
    const S g = activate<Activation::gelu_erf>(x);
    return g > S(10) ? S(10) : g < S(-10) ? S(-10) : g;
  } else if constexpr (activation == Activation::relu) {
    return relu(x);
  } else if constexpr (activation == Activation::relu6) {
    return x > S(6) ? S(6) : relu(x);
  } else if constexpr (activation == Activation::relu_squared) {
    return relu(x) * relu(x);
  } else if constexpr (activation == Activation::leaky_relu) {
    return x > S(0) ? x : S(0.01) * x;
  } else if constexpr (activation == Activation::silu) {
    return x * sigmoid(x);
  } else if constexpr (activation == Activation::mish) {
    return x * tanh(softplus(x));
  } else if constexpr (activation == Activation::hard_swish) {
    return x * activate<Activation::relu6>(x + S(3)) / S(6);
  } else if constexpr (activation == Activation::sqrt_softplus) {
    return sqrt(softplus(x));
  } else if constexpr (activation == Activation::sigmoid) {
    return sigmoid(x);
  } else if constexpr (activation == Activation::tanh) {
    return tanh(x);
  } else if constexpr (activation == Activation::laplace) {
    return S(0.5) * (S(1) + erf((x - S(0.707107)) / S(0.282095 * 1.41421356237309504880)));
  } else {
    static_assert(activation == Activation::identity);
    return x;
  }
}
template <class S>
ENCORE_HD S activate(Activation activation, S x) {
  switch (activation) {
    case Activation::identity: return x;
    case Activation::gelu_erf: return activate<Activation::gelu_erf>(x);
    case Activation::gelu_tanh: return activate<Activation::gelu_tanh>(x);
    case Activation::quick_gelu: return activate<Activation::quick_gelu>(x);
    case Activation::gelu_10: return activate<Activation::gelu_10>(x);
    case Activation::relu: return activate<Activation::relu>(x);
    case Activation::relu6: return activate<Activation::relu6>(x);
    case Activation::relu_squared: return activate<Activation::relu_squared>(x);
    case Activation::leaky_relu: return activate<Activation::leaky_relu>(x);
    case Activation::silu: return activate<Activation::silu>(x);
    case Activation::mish: return activate<Activation::mish>(x);
    case Activation::hard_swish: return activate<Activation::hard_swish>(x);
    case Activation::sqrt_softplus: return activate<Activation::sqrt_softplus>(x);
    case Activation::sigmoid: return activate<Activation::sigmoid>(x);
    case Activation::tanh: return activate<Activation::tanh>(x);
    case Activation::laplace: return activate<Activation::laplace>(x);
  }
  return x;
}

}  // namespace encore
