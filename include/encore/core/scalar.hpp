// SPDX-License-Identifier: Apache-2.0
// Functions of scalars of any kind (float, double, dual numbers), for user functors: `encore::exp(x)` works
// for all of them, where std::exp would not find a dual and float has no ADL.
#pragma once

#include <encore/config.hpp>
#include <encore/core/dual_std.hpp>

#include <cmath>
#include <concepts>

namespace encore {

// Several numbers that a formula can treat as one: has the operators, abs, max, min, select and the functions below by
// argument-dependent lookup, and those that only vectors have (backend/cpu/kernels/lanes.hpp).
template <class V>
concept VectorNumber = requires { V::lanes; };

// A value with its derivative by one variable: (v, d). Forward-mode differentiation of map functors in one pass per
// input.
template <class S>
struct Dual {
  S v{};
  S d{};
  Dual() = default;
  // A constant, and the value with its derivative.
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
struct Abs {
  ENCORE_HD float operator()(float x) const { return std::fabs(x); }
  ENCORE_HD double operator()(double x) const { return std::fabs(x); }
  template <class S>
  ENCORE_HD Dual<S> operator()(Dual<S> x) const {
    return {(*this)(x.v), x.v < S(0) ? -x.d : x.d};
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

// As in namespace std.
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
ENCORE_HD S abs(S x) {
  return detail::Abs{}(x);
}
// The larger and the smaller; where an argument is NaN, the second.
template <class S>
ENCORE_HD constexpr S max(S a, S b) {
  return a > b ? a : b;
}
template <class S>
ENCORE_HD constexpr S min(S a, S b) {
  return a < b ? a : b;
}
// The conditional operator, which a vector cannot overload.
template <class S>
ENCORE_HD constexpr S select(bool condition, S a, S b) {
  return condition ? a : b;
}
// max(x, 0), whose derivative at 0 is 0; 1 / (1 + e^-x); log(1 + e^x). Finite for every finite x.
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

}  // namespace encore
