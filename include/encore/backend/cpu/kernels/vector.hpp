// SPDX-License-Identifier: Apache-2.0
// The vector that kernels are written in: xsimd's batch<float>, and the few operations on it that xsimd lacks (any
// version from 8.1 on) or whose rounding must not depend on the compiler. An instruction set derives from Vector and
// replaces what it has an instruction for.
#pragma once

#include <encore/backend/cpu/kernel_table.hpp>
#include <encore/config.hpp>

#include <concepts>
#include <utility>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
// g++ 12 on its own AVX-512 intrinsics (bug 105593)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif
#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#if defined(__clang__)
#define ENCORE_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define ENCORE_UNROLL _Pragma("GCC unroll 32")
#else
#define ENCORE_UNROLL
#endif

// Lambdas handed to the loops below are part of them, without optimisation too.
#if defined(__GNUC__) || defined(__clang__)
#define ENCORE_LAMBDA_INLINE __attribute__((always_inline))
#else
#define ENCORE_LAMBDA_INLINE
#endif

// Where the code of an instruction set lives. The library's objects keep it to themselves, so that the linker can never
// prefer a copy compiled for a newer machine; header-only users share one copy among their files.
#if defined(ENCORE_KERNELS_LIBRARY)
#define ENCORE_ISA_NAMESPACE namespace
#else
#define ENCORE_ISA_NAMESPACE inline namespace header_only
#endif

namespace encore::cpu::kernels {

ENCORE_ALWAYS_INLINE constexpr index smaller(index a, index b) { return a < b ? a : b; }
ENCORE_ALWAYS_INLINE constexpr index larger(index a, index b) { return a > b ? a : b; }
ENCORE_ALWAYS_INLINE constexpr index ceil_div(index a, index b) { return (a + b - 1) / b; }
ENCORE_ALWAYS_INLINE constexpr index round_up(index a, index b) { return ceil_div(a, b) * b; }

template <class Self, class Arch>
struct Vector {
  using Vec = xsimd::batch<float, Arch>;
  using Bits = xsimd::batch<std::int32_t, Arch>;
  static constexpr index lanes = index(Vec::size);

  static ENCORE_ALWAYS_INLINE Vec load(const float* p) { return Vec::load_unaligned(p); }
  static ENCORE_ALWAYS_INLINE void store(float* p, Vec v) { v.store_unaligned(p); }
  static ENCORE_ALWAYS_INLINE Vec all(float x) { return Vec(x); }
  // The first n < lanes elements, zero behind them; nothing behind them is read.
  static ENCORE_ALWAYS_INLINE Vec load_first(const float* p, index n) {
    alignas(64) float padded[lanes] = {};
    for (index i = 0; i < n; ++i) padded[i] = p[i];
    return load(padded);
  }
  static ENCORE_ALWAYS_INLINE void store_first(float* p, Vec v, index n) {
    alignas(64) float padded[lanes];
    store(padded, v);
    for (index i = 0; i < n; ++i) p[i] = padded[i];
  }
  // v with zero in lanes n and up.
  static ENCORE_ALWAYS_INLINE Vec keep_first(Vec v, index n) {
    alignas(64) float padded[lanes];
    store(padded, v);
    return Self::load_first(padded, n);
  }

  // v with minus infinity in the lanes outside [begin, end).
  static ENCORE_ALWAYS_INLINE Vec hide_outside(Vec v, index begin, index end) {
    alignas(64) float x[lanes];
    store(x, v);
    for (index i = 0; i < lanes; ++i)
      if (i < begin || i >= end) x[i] = -__builtin_inff();
    return load(x);
  }

  // a b + c, rounded once where there is an instruction for it.
  static ENCORE_ALWAYS_INLINE Vec fma(Vec a, Vec b, Vec c) { return xsimd::fma(a, b, c); }
  static ENCORE_ALWAYS_INLINE Vec neg(Vec v) { return Vec(-0.0f) - v; }
  static ENCORE_ALWAYS_INLINE Vec sqrt(Vec v) { return xsimd::sqrt(v); }
  // The larger and the smaller; where an argument is NaN, the second (so a NaN in the second always comes through).
  static ENCORE_ALWAYS_INLINE Vec max(Vec a, Vec b) { return xsimd::select(a > b, a, b); }
  static ENCORE_ALWAYS_INLINE Vec min(Vec a, Vec b) { return xsimd::select(a < b, a, b); }

  // v, opaque to the optimiser: g++ contracts a product with an addition across functions, also when both are
  // intrinsics, and then a fused epilogue would round otherwise than two kernels do.
  static ENCORE_ALWAYS_INLINE Vec rounded(Vec v) {
    typename Vec::register_type r = v;
#if defined(__x86_64__) || defined(__i386__)
    asm("" : "+v"(r));
#elif defined(__aarch64__)
    asm("" : "+w"(r));
#endif
    return Vec(r);
  }

  static ENCORE_ALWAYS_INLINE Bits bits(Vec v) {
#if XSIMD_VERSION_MAJOR >= 9
    return xsimd::bitwise_cast<std::int32_t>(v);
#else
    return xsimd::bitwise_cast<Bits>(v);
#endif
  }
  static ENCORE_ALWAYS_INLINE Vec from_bits(Bits v) {
#if XSIMD_VERSION_MAJOR >= 9
    return xsimd::bitwise_cast<float>(v);
#else
    return xsimd::bitwise_cast<Vec>(v);
#endif
  }

  // Sum and maximum of the lanes, by halves: a fixed order.
  static ENCORE_ALWAYS_INLINE float sum(Vec v) {
    alignas(64) float x[lanes];
    store(x, v);
    for (index half = lanes / 2; half > 0; half /= 2)
      for (index i = 0; i < half; ++i) x[i] += x[i + half];
    return x[0];
  }
  static ENCORE_ALWAYS_INLINE float largest(Vec v) {
    alignas(64) float x[lanes];
    store(x, v);
    for (index half = lanes / 2; half > 0; half /= 2)
      for (index i = 0; i < half; ++i) x[i] = x[i] > x[i + half] ? x[i] : x[i + half];
    return x[0];
  }

  // to[c][r] = from[r][c] for a block of lanes x lanes: rows behind `rows` read as zero, only `cols` rows of `to` are
  // written.
  static ENCORE_ALWAYS_INLINE void transpose(const float* from, index ldfrom, index rows, index cols, float* to,
                                             index ldto) {
    for (index c = 0; c < cols; ++c)
      for (index r = 0; r < lanes; ++r) to[c * ldto + r] = r < rows ? from[r * ldfrom + c] : 0.0f;
  }
};

// An instruction set: a vector and the GEMM micro-kernel. `accumulate` adds a[R, k] b[k, NV vectors] to acc, each
// element one chain over k in order, and on the way prefetches `Lines` cache lines from `ahead` on for every four k.
template <class I>
concept InstructionSet =
    requires(typename I::Vec v, typename I::Vec (&acc)[1][2], const float* p, index n, const char* ahead) {
      { I::name } -> std::convertible_to<const char*>;
      { I::lanes } -> std::convertible_to<index>;
      { I::tile_rows } -> std::convertible_to<int>;
      { I::fma(v, v, v) } -> std::same_as<typename I::Vec>;
      { I::rounded(v) } -> std::same_as<typename I::Vec>;
      { I::load_first(p, n) } -> std::same_as<typename I::Vec>;
      { I::sum(v) } -> std::same_as<float>;
      I::template accumulate<1, 2, 1>(acc, p, n, p, n, ahead);
    };

// Width of a panel, in outputs: two vectors, so that a broadcast element of x feeds two FMAs.
template <InstructionSet I>
inline constexpr index panel_width = 2 * I::lanes;

}  // namespace encore::cpu::kernels
