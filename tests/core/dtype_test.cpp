// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include <encore/core/dtype.hpp>

#include <cmath>
#include <limits>

using namespace encore;

namespace {

// The value of a 16-bit float with `mantissa` bits behind the point, from the definition in IEEE 754.
double value_of(std::uint16_t bits, int exponent_bits, int mantissa_bits) {
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = (bits >> mantissa_bits) & ((1 << exponent_bits) - 1);
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  const double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == (1 << exponent_bits) - 1)
    return mantissa ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  if (exponent == 0) return sign * std::ldexp(double(mantissa), 1 - bias - mantissa_bits);
  return sign * std::ldexp(double(mantissa + (1 << mantissa_bits)), exponent - bias - mantissa_bits);
}

template <class Widen, class Narrow>
void check_all(int exponent_bits, int mantissa_bits, Widen widen, Narrow narrow) {
  int wrong = 0;
  for (std::uint32_t i = 0; i < 0x10000; ++i) {
    const std::uint16_t bits = std::uint16_t(i);
    const double expected = value_of(bits, exponent_bits, mantissa_bits);
    const float found = widen(bits);
    if (std::isnan(expected)) {
      wrong += !std::isnan(found) || !std::isnan(value_of(narrow(found), exponent_bits, mantissa_bits));
      continue;
    }
    wrong += double(found) != expected || std::signbit(found) != ((bits & 0x8000) != 0);
    wrong += narrow(found) != bits;

    // Between this number and the next one up: below the middle, on it, above it.
    const std::uint16_t next = std::uint16_t(bits + 1);
    const double above = value_of(next, exponent_bits, mantissa_bits);
    if (std::isnan(above) || std::isinf(expected)) continue;
    const double last = std::isinf(above)
                            ? expected + (expected - value_of(std::uint16_t(bits - 1), exponent_bits, mantissa_bits))
                            : above;
    const double middle = expected + (last - expected) / 2;
    if (double(float(middle)) != middle) continue;  // beyond float: bfloat16's largest
    wrong += narrow(float(middle)) != (bits & 1 ? next : bits);
    wrong += narrow(std::nextafter(float(middle), float(expected))) != bits;
    wrong += narrow(std::nextafter(float(middle), float(last))) != next;
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE(
    "all 65,536 half-precision numbers become the float they are and come back, and floats round to nearest even") {
  check_all(5, 10, half_to_float, float_to_half);
}

TEST_CASE("all 65,536 bfloat16 numbers become the float they are and come back, and floats round to nearest even") {
  check_all(8, 7, bfloat16_to_float, float_to_bfloat16);
}

TEST_CASE("floats beyond half precision become infinity, those below its smallest zero, with their sign") {
  CHECK(float_to_half(65519.996f) == 0x7bff);
  CHECK(float_to_half(65520.0f) == 0x7c00);
  CHECK(float_to_half(-1e30f) == 0xfc00);
  CHECK(float_to_half(std::numeric_limits<float>::infinity()) == 0x7c00);
  CHECK(float_to_half(0x1p-25f) == 0);  // half of the smallest: to even
  CHECK(float_to_half(std::nextafter(0x1p-25f, 1.0f)) == 1);
  CHECK(float_to_half(-1e-30f) == 0x8000);
  CHECK(float_to_half(std::numeric_limits<float>::denorm_min()) == 0);
  CHECK(float_to_bfloat16(std::numeric_limits<float>::max()) == 0x7f80);
  CHECK(float_to_bfloat16(-std::numeric_limits<float>::denorm_min()) == 0x8000);
}

TEST_CASE("no NaN becomes infinity when it is narrowed, whatever its payload") {
  for (const std::uint32_t bits : {0x7f800001u, 0xff800001u, 0x7fffffffu, 0x7fc00000u, 0x7f80ffffu}) {
    const float nan = std::bit_cast<float>(bits);
    CHECK(std::isnan(half_to_float(float_to_half(nan))));
    CHECK(std::isnan(bfloat16_to_float(float_to_bfloat16(nan))));
  }
}

TEST_CASE("conversions are constant expressions") {
  static_assert(half_to_float(0x3c00) == 1.0f && float_to_half(1.0f) == 0x3c00 && float_to_half(0x1p-24f) == 1);
  static_assert(bfloat16_to_float(0x3f80) == 1.0f && float_to_bfloat16(1.0f) == 0x3f80);
}

TEST_CASE("types have safetensors' names and their sizes in bytes") {
  CHECK(name_of(DType::bf16) == "BF16");
  CHECK(name_of(DType::boolean) == "BOOL");
  CHECK(size_of(DType::f64) == 8);
  CHECK(size_of(DType::i32) == 4);
  CHECK(size_of(DType::f16) == 2);
  CHECK(size_of(DType::boolean) == 1);
}
