// SPDX-License-Identifier: Apache-2.0
// How weights are stored and products computed. Norms, softmax, residuals and accumulation stay fp32 in all of them.
#pragma once

#include <encore/core/dtype.hpp>  // before f32 and its like are declared: its enumerators have the same names
#include <encore/core/error.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace encore {

enum class Precision : std::uint8_t {
  f32,     // fp32 weights, fp32 products
  f16w,    // fp16 weights, fp32 products
  bf16w,   // bfloat16 weights, fp32 products
  bf16,    // bfloat16 products
  bf16x3,  // fp32-class products from three bfloat16 ones
  int8,    // 8-bit weights and activations
  w8a16,   // 8-bit weights, 16-bit activations
};

// By enumerator, as the command line has them.
inline constexpr std::array<std::string_view, 7> precision_names{"f32",    "f16w", "bf16w", "bf16",
                                                                 "bf16x3", "int8", "w8a16"};

// That enumerator's name.
constexpr std::string_view name_of(Precision precision) { return precision_names[std::size_t(precision)]; }

// Throws ArgumentError naming the precisions there are.
inline Precision precision_from_name(std::string_view name) {
  std::string message = "precision '" + std::string(name) + "' is none of";
  for (std::size_t i = 0; i < precision_names.size(); ++i) {
    if (precision_names[i] == name) return Precision(i);
    message.append(" ").append(precision_names[i]);
  }
  throw ArgumentError(message);
}

// Short names, for {.precision = encore::bf16}.
inline constexpr Precision f32 = Precision::f32;
inline constexpr Precision f16w = Precision::f16w;
inline constexpr Precision bf16w = Precision::bf16w;
inline constexpr Precision bf16 = Precision::bf16;
inline constexpr Precision bf16x3 = Precision::bf16x3;
inline constexpr Precision int8 = Precision::int8;
inline constexpr Precision w8a16 = Precision::w8a16;

}  // namespace encore
