// SPDX-License-Identifier: Apache-2.0
// The activation functions on a vector (formulas: core/activation.hpp). One definition serves the GEMM epilogue and the
// separate kernels, and its result is a rounding point, so fusing never moves a bit. NaN gives NaN; an infinite
// argument gives the limit.
#pragma once

#include <encore/backend/cpu/kernels/elementary.hpp>
#include <encore/core/activation.hpp>

namespace encore::cpu::kernels {

// x / (1 + e^-cx); c x cannot overflow to the indeterminate inf / inf, because x is cut where the result is 0 anyway.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE typename I::Vec gated_by_sigmoid(typename I::Vec x, typename I::Vec minus_argument) {
  using Vec = typename I::Vec;
  return I::max(Vec(-1e4f), x) / (Vec(1.0f) + exp<I>(minus_argument));
}

template <InstructionSet I>
ENCORE_ALWAYS_INLINE typename I::Vec gelu_erf(typename I::Vec x) {
  using Vec = typename I::Vec;
  const Vec z = I::min(Vec(8.0f), xsimd::abs(x));
  return I::fma(I::neg(z), normal_tail<I>(z), I::max(Vec(0.0f), x));
}

template <InstructionSet I, Activation A>
ENCORE_ALWAYS_INLINE typename I::Vec activation_of(typename I::Vec x) {
  using Vec = typename I::Vec;
  const Vec zero(0.0f), one(1.0f);
  if constexpr (A == Activation::identity)
    return x;
  else if constexpr (A == Activation::gelu_erf)
    return I::rounded(gelu_erf<I>(x));
  else if constexpr (A == Activation::gelu_10)
    return I::min(Vec(10.0f), I::max(Vec(-10.0f), gelu_erf<I>(x)));
  else if constexpr (A == Activation::gelu_tanh) {
    // x/2 (1 + tanh u) = x / (1 + e^-2u), -2u = x (a + b x^2); beyond 1e4 the sign of u is all that matters
    const Vec c = I::min(Vec(1e4f), I::max(Vec(-1e4f), x));
    const Vec square = I::rounded(c * c);
    return I::rounded(gated_by_sigmoid<I>(x, c * I::fma(square, Vec(-0.0713548163f), Vec(-1.59576912f))));
  } else if constexpr (A == Activation::quick_gelu)
    return I::rounded(gated_by_sigmoid<I>(x, x * Vec(-1.702f)));
  else if constexpr (A == Activation::silu)
    return I::rounded(gated_by_sigmoid<I>(x, I::neg(x)));
  else if constexpr (A == Activation::relu)
    return I::max(zero, x);
  else if constexpr (A == Activation::relu6)
    return I::min(Vec(6.0f), I::max(zero, x));
  else if constexpr (A == Activation::relu_squared) {
    const Vec r = I::max(zero, x);
    return I::rounded(r * r);
  } else if constexpr (A == Activation::leaky_relu)
    return I::max(I::rounded(x * Vec(0.01f)), x);
  else if constexpr (A == Activation::mish) {
    // tanh(log(1 + e)) = (e^2 + 2e) / (e^2 + 2e + 2); above 20 it rounds to 1
    const Vec e = exp<I>(I::min(Vec(20.0f), x));
    const Vec n = I::rounded(e * (e + Vec(2.0f)));
    return I::rounded(I::max(Vec(-1e4f), x) * (n / (n + Vec(2.0f))));
  } else if constexpr (A == Activation::hard_swish) {
    const Vec part = I::min(Vec(6.0f), I::max(zero, x + Vec(3.0f))) / Vec(6.0f);
    return I::rounded(I::max(Vec(-1e4f), x) * part);
  } else if constexpr (A == Activation::sqrt_softplus) {
    return I::rounded(I::sqrt(I::max(zero, x) + log1p_of_fraction<I>(exp<I>(I::neg(xsimd::abs(x))))));
  } else if constexpr (A == Activation::sigmoid)
    return I::rounded(sigmoid<I>(x));
  else if constexpr (A == Activation::tanh)
    return I::rounded(tanh<I>(x));
  else {
    static_assert(A == Activation::laplace);
    // Phi(y), y = (x - 0.707107) / 0.282095
    const Vec y = (x - Vec(0.707107f)) / Vec(0.282095f);
    const Vec tail = normal_tail<I>(I::min(Vec(8.0f), xsimd::abs(y)));
    return I::rounded(xsimd::select(y > zero, one - tail, tail));
  }
}

// f(std::integral_constant) with the activation as a constant, by a jump.
template <Activation A>
struct ActivationConstant {
  static constexpr Activation value = A;
};

template <class F>
ENCORE_ALWAYS_INLINE void with_activation(Activation activation, F&& f) {
  switch (activation) {
    case Activation::identity: return f(ActivationConstant<Activation::identity>{});
    case Activation::gelu_erf: return f(ActivationConstant<Activation::gelu_erf>{});
    case Activation::gelu_tanh: return f(ActivationConstant<Activation::gelu_tanh>{});
    case Activation::quick_gelu: return f(ActivationConstant<Activation::quick_gelu>{});
    case Activation::gelu_10: return f(ActivationConstant<Activation::gelu_10>{});
    case Activation::relu: return f(ActivationConstant<Activation::relu>{});
    case Activation::relu6: return f(ActivationConstant<Activation::relu6>{});
    case Activation::relu_squared: return f(ActivationConstant<Activation::relu_squared>{});
    case Activation::leaky_relu: return f(ActivationConstant<Activation::leaky_relu>{});
    case Activation::silu: return f(ActivationConstant<Activation::silu>{});
    case Activation::mish: return f(ActivationConstant<Activation::mish>{});
    case Activation::hard_swish: return f(ActivationConstant<Activation::hard_swish>{});
    case Activation::sqrt_softplus: return f(ActivationConstant<Activation::sqrt_softplus>{});
    case Activation::sigmoid: return f(ActivationConstant<Activation::sigmoid>{});
    case Activation::tanh: return f(ActivationConstant<Activation::tanh>{});
    case Activation::laplace: return f(ActivationConstant<Activation::laplace>{});
  }
}

}  // namespace encore::cpu::kernels
