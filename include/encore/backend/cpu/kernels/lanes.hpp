// SPDX-License-Identifier: Apache-2.0
// A vector as a formula sees it, a number (VectorNumber of core/scalar.hpp): what core/activation.hpp writes over
// scalars of any kind runs on it. Products are rounding points, so that no compiler contracts a formula in one place
// and not in another.
#pragma once

#include <encore/backend/cpu/kernels/elementary.hpp>
#include <encore/core/activation.hpp>

namespace encore::cpu::kernels {

template <InstructionSet I>
class Lanes {
 public:
  using Vec = typename I::Vec;
  using Mask = typename Vec::batch_bool_type;
  static constexpr index lanes = I::lanes;

  ENCORE_ALWAYS_INLINE explicit Lanes(double x) : v_(float(x)) {}
  ENCORE_ALWAYS_INLINE explicit Lanes(Vec v) : v_(v) {}
  ENCORE_ALWAYS_INLINE Vec vec() const { return v_; }

  friend ENCORE_ALWAYS_INLINE Lanes operator+(Lanes a, Lanes b) { return Lanes(a.v_ + b.v_); }
  friend ENCORE_ALWAYS_INLINE Lanes operator-(Lanes a, Lanes b) { return Lanes(a.v_ - b.v_); }
  friend ENCORE_ALWAYS_INLINE Lanes operator*(Lanes a, Lanes b) { return Lanes(I::rounded(a.v_ * b.v_)); }
  friend ENCORE_ALWAYS_INLINE Lanes operator/(Lanes a, Lanes b) { return Lanes(a.v_ / b.v_); }
  friend ENCORE_ALWAYS_INLINE Lanes operator-(Lanes a) { return Lanes(I::neg(a.v_)); }
  friend ENCORE_ALWAYS_INLINE Mask operator<(Lanes a, Lanes b) { return a.v_ < b.v_; }
  friend ENCORE_ALWAYS_INLINE Mask operator>(Lanes a, Lanes b) { return a.v_ > b.v_; }

  friend ENCORE_ALWAYS_INLINE Lanes select(Mask m, Lanes a, Lanes b) { return Lanes(xsimd::select(m, a.v_, b.v_)); }
  friend ENCORE_ALWAYS_INLINE Lanes max(Lanes a, Lanes b) { return Lanes(I::max(a.v_, b.v_)); }
  friend ENCORE_ALWAYS_INLINE Lanes min(Lanes a, Lanes b) { return Lanes(I::min(a.v_, b.v_)); }
  friend ENCORE_ALWAYS_INLINE Lanes abs(Lanes x) { return Lanes(xsimd::abs(x.v_)); }
  friend ENCORE_ALWAYS_INLINE Lanes sqrt(Lanes x) { return Lanes(I::sqrt(x.v_)); }
  friend ENCORE_ALWAYS_INLINE Lanes exp(Lanes x) { return Lanes(kernels::exp<I>(x.v_)); }
  friend ENCORE_ALWAYS_INLINE Lanes tanh(Lanes x) { return Lanes(kernels::tanh<I>(x.v_)); }
  friend ENCORE_ALWAYS_INLINE Lanes sigmoid(Lanes x) { return Lanes(kernels::sigmoid<I>(x.v_)); }
  friend ENCORE_ALWAYS_INLINE Lanes softplus(Lanes x) {
    return Lanes(I::max(Vec(0.0f), x.v_) + log1p_of_fraction<I>(kernels::exp<I>(I::neg(xsimd::abs(x.v_)))));
  }

  // Of vectors alone: a b + c, and 1 - Phi(z) for 0 <= z <= 8.
  friend ENCORE_ALWAYS_INLINE Lanes fma(Lanes a, Lanes b, Lanes c) { return Lanes(I::fma(a.v_, b.v_, c.v_)); }
  friend ENCORE_ALWAYS_INLINE Lanes normal_tail(Lanes z) { return Lanes(kernels::normal_tail<I>(z.v_)); }

 private:
  Vec v_;
};

// An activation of a vector. One definition serves the GEMM epilogue and the separate kernels, and its result is a
// rounding point, so fusing never moves a bit.
template <InstructionSet I, class Function>
ENCORE_ALWAYS_INLINE typename I::Vec activation_of(typename I::Vec x) {
  return I::rounded(activations::evaluate(Function{}, Lanes<I>(x)).vec());
}

}  // namespace encore::cpu::kernels
