// SPDX-License-Identifier: Apache-2.0
// Matrices in a GPU's memory, as the host hands them to kernels: the element format is a value.
#pragma once

#include <encore/config.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace encore::cuda {

// How the elements of a matrix are stored.
enum class Format : std::uint8_t { f32, bf16 };

constexpr std::size_t size_of(Format format) { return format == Format::f32 ? 4 : 2; }

// A bfloat16 number. Arithmetic is done in float.
struct Bf16 {
  std::uint16_t bits;
};

ENCORE_HD inline float to_float(float x) { return x; }
ENCORE_HD inline float to_float(Bf16 x) {
#if defined(__CUDA_ARCH__)
  return __uint_as_float(std::uint32_t(x.bits) << 16);
#else
  return std::bit_cast<float>(std::uint32_t(x.bits) << 16);
#endif
}

// float -> T, round to nearest even; NaN stays NaN.
template <class T>
struct Rounded;
template <>
struct Rounded<float> {
  ENCORE_HD static float from(float x) { return x; }
};
template <>
struct Rounded<Bf16> {
  ENCORE_HD static Bf16 from(float x) {
#if defined(__CUDA_ARCH__)
    Bf16 y;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
    return y;
#else
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return {0x7fff};  // as the GPU's instruction does
    return {std::uint16_t((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16)};
#endif
  }
};
template <class T>
ENCORE_HD T rounded(float x) {
  return Rounded<T>::from(x);
}

// A rectangle of rows in device memory: element (r, c) is the (r * stride + c)-th of `data`.
struct View {
  void* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t stride = 0;
  Format format = Format::f32;

  View columns(std::int64_t first, std::int64_t count) const {
    return {data ? static_cast<std::byte*>(data) + first * std::int64_t(size_of(format)) : nullptr, rows, count, stride,
            format};
  }
  template <class T>
  ENCORE_HD T* row(std::int64_t r) const {
    return static_cast<T*>(data) + r * stride;
  }
};

}  // namespace encore::cuda
