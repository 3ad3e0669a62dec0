// SPDX-License-Identifier: Apache-2.0
// The activation functions a config.json can name. A value, not a type: hidden_act is read at run time, and the kernels
// for the common ones are compiled once.
#pragma once

#include <encore/core/error.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace encore {

// Formulas, x the input, Phi the normal distribution function:
enum class Activation : std::uint8_t {
  identity,       // x
  gelu_erf,       // x Phi(x) = x/2 (1 + erf(x / sqrt 2))               Hendrycks & Gimpel 2016
  gelu_tanh,      // x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))      differs from gelu_erf by up to 4.7e-4
  quick_gelu,     // x sigmoid(1.702 x)
  gelu_10,        // gelu_erf clipped to [-10, 10]
  relu,           // max(x, 0)
  relu6,          // min(max(x, 0), 6)
  relu_squared,   // max(x, 0)^2
  leaky_relu,     // x for x > 0, else 0.01 x
  silu,           // x sigmoid(x)
  mish,           // x tanh(log(1 + e^x))
  hard_swish,     // x min(max(x + 3, 0), 6) / 6
  sqrt_softplus,  // sqrt(log(1 + e^x))
  sigmoid,        // 1 / (1 + e^-x)
  tanh,
  laplace,  // (1 + erf((x - 0.707107) / (0.282095 sqrt 2))) / 2
};

// The names transformers knows these by (ACT2FN), several for one function.
inline constexpr std::array<std::pair<std::string_view, Activation>, 24> activation_names{{
    {"gelu", Activation::gelu_erf},
    {"gelu_python", Activation::gelu_erf},
    {"gelu_new", Activation::gelu_tanh},
    {"gelu_fast", Activation::gelu_tanh},
    {"gelu_accurate", Activation::gelu_tanh},
    {"gelu_pytorch_tanh", Activation::gelu_tanh},
    {"gelu_python_tanh", Activation::gelu_tanh},
    {"gelu_10", Activation::gelu_10},
    {"quick_gelu", Activation::quick_gelu},
    {"relu", Activation::relu},
    {"relu6", Activation::relu6},
    {"relu2", Activation::relu_squared},
    {"leaky_relu", Activation::leaky_relu},
    {"silu", Activation::silu},
    {"swish", Activation::silu},
    {"mish", Activation::mish},
    {"hardswish", Activation::hard_swish},
    {"sqrtsoftplus", Activation::sqrt_softplus},
    {"sigmoid", Activation::sigmoid},
    {"tanh", Activation::tanh},
    {"linear", Activation::identity},
    {"identity", Activation::identity},
    {"none", Activation::identity},
    {"laplace", Activation::laplace},
}};

// Throws UnsupportedError naming the function and the ones there are.
inline Activation activation_from_name(std::string_view name) {
  for (const auto& [known, activation] : activation_names)
    if (known == name) return activation;
  std::string message = "activation '" + std::string(name) + "' is not supported; there are";
  for (const auto& [known, activation] : activation_names) message.append(" ").append(known);
  throw UnsupportedError(message);
}

// The first name transformers has for it.
constexpr std::string_view name_of(Activation activation) {
  for (const auto& [name, known] : activation_names)
    if (known == activation) return name;
  return "?";
}

}  // namespace encore
