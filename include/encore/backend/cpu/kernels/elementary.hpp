// SPDX-License-Identifier: Apache-2.0
// exp, 2^x, tanh and the tail of the normal distribution on vectors: range reduction and minimax polynomials (fitted
// for this file by linear programming; the comments give error of the fit, tests/backend the error of the code).
#pragma once

#include <encore/backend/cpu/kernels/vector.hpp>

namespace encore::cpu::kernels {

// Adding it rounds to an integer n and leaves n + 127, the biased exponent of 2^n, in the low bits.
inline constexpr float round_to_exponent = 12582912.0f + 127.0f;

template <InstructionSet I>
ENCORE_ALWAYS_INLINE typename I::Vec power_of_two(typename I::Vec rounded_exponent) {
  return I::from_bits(I::bits(rounded_exponent) << 23);
}

// 2^x for x <= 127; 0 below -126.5, exactly 1 at 0. Fit 7.5e-8 relative.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE typename I::Vec exp2(typename I::Vec x) {
  using Vec = typename I::Vec;
  x = I::max(Vec(-127.0f), x);
  const Vec t = x + Vec(round_to_exponent);
  const Vec r = x - (t - Vec(round_to_exponent));
  Vec p = I::fma(Vec(1.334042836e-3f), r, Vec(9.671666888e-3f));
  p = I::fma(p, r, Vec(5.550531540e-2f));
  p = I::fma(p, r, Vec(2.402224510e-1f));
  p = I::fma(p, r, Vec(6.931470214e-1f));
  p = I::fma(p, r, Vec(1.0f));
  return I::rounded(p * power_of_two<I>(t));
}

// e^x = scale (1 + rest), both parts kept so that e^x - 1 loses nothing near 0. Needs -88 <= x <= 89.
template <InstructionSet I>
struct Exponential {
  typename I::Vec scale, rest;

  ENCORE_ALWAYS_INLINE explicit Exponential(typename I::Vec x) {
    using Vec = typename I::Vec;
    const Vec t = I::fma(x, Vec(1.44269504f), Vec(round_to_exponent));
    const Vec n = t - Vec(round_to_exponent);
    Vec r = I::fma(n, Vec(-0.693359375f), x);  // ln 2 in two parts, the first with so few bits that n times it is exact
    r = I::fma(n, Vec(2.12194440e-4f), r);
    Vec p = I::fma(Vec(1.342778308e-3f), r, Vec(8.357171827e-3f));
    p = I::fma(p, r, Vec(4.167259230e-2f));
    p = I::fma(p, r, Vec(1.666666757e-1f));
    p = I::fma(p, r, Vec(4.999999991e-1f));
    rest = I::fma(I::rounded(r * r), p, r);
    scale = power_of_two<I>(t);
  }
};

// e^x; 0 below -87.7, infinity from 88.4 on. NaN gives NaN.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE typename I::Vec exp(typename I::Vec x) {
  using Vec = typename I::Vec;
  const Exponential<I> e(I::min(Vec(89.0f), I::max(Vec(-88.0f), x)));
  return I::rounded(e.scale * (Vec(1.0f) + e.rest));
}

// tanh x = (e^2x - 1) / (e^2x + 1), odd, relative accuracy near 0 too.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE typename I::Vec tanh(typename I::Vec x) {
  using Vec = typename I::Vec;
  const Vec size = I::min(Vec(10.0f), xsimd::abs(x));  // tanh 10 rounds to 1
  const Exponential<I> e(size + size);
  const Vec minus_one = I::fma(e.scale, e.rest, e.scale - Vec(1.0f));
  return xsimd::copysign(minus_one / (minus_one + Vec(2.0f)), x);
}

// 1 / (1 + e^-x)
template <InstructionSet I>
ENCORE_ALWAYS_INLINE typename I::Vec sigmoid(typename I::Vec x) {
  using Vec = typename I::Vec;
  return Vec(1.0f) / (Vec(1.0f) + exp<I>(I::neg(x)));
}

// log(1 + u) for 0 <= u <= 1, as 2 atanh(u / (2 + u)) by its series in the square. Fit below 1e-8 relative.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE typename I::Vec log1p_of_fraction(typename I::Vec u) {
  using Vec = typename I::Vec;
  const Vec s = u / (u + Vec(2.0f));
  const Vec square = I::rounded(s * s);
  Vec p = I::fma(Vec(2.735870426e-1f), square, Vec(2.816114126e-1f));
  p = I::fma(p, square, Vec(4.000982598e-1f));
  p = I::fma(p, square, Vec(6.666665379e-1f));
  return I::fma(I::rounded(p * square), s, s + s);
}

// Q(z) = 1 - Phi(z) for 0 <= z <= 8, as 2^P(z): log2 Q is smooth where Q spans fifty binades. The fit weighs errors by
// z Q(z), what GELU makes of them: 3.4e-8 absolute there, and 4e-2 relative at the far end. Against a rational erf
// (9.7e-7 absolute in GELU) and Abramowitz & Stegun 7.1.26 (3.7e-7) it needs no division.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE typename I::Vec normal_tail(typename I::Vec z) {
  using Vec = typename I::Vec;
  Vec p = I::fma(Vec(-8.153381676e-7f), z, Vec(1.492738266e-5f));
  p = I::fma(p, z, Vec(-7.057326849e-5f));
  p = I::fma(p, z, Vec(-4.098809023e-4f));
  p = I::fma(p, z, Vec(7.404078026e-3f));
  p = I::fma(p, z, Vec(-5.271434993e-2f));
  p = I::fma(p, z, Vec(-4.591451833e-1f));
  p = I::fma(p, z, Vec(-1.151110879f));
  p = I::fma(p, z, Vec(-1.0f));
  return exp2<I>(p);
}

}  // namespace encore::cpu::kernels
