// SPDX-License-Identifier: Apache-2.0
// What every activation is, for the tests: written from the papers, with other functions of <cmath> than the library
// where there are any.
#pragma once

#include <encore/core/activation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

namespace activation_cases {

using encore::Activation;

struct Case {
  Activation activation;
  double (*formula)(double);
  std::vector<double> kinks;  // where there is no derivative
  // Largest error of the kernels in float, absolute below 1 in size, relative above. Measured on [-12, 12]; baseline
  // without FMA is worst.
  double float_error;
  double at_minus_infinity, at_infinity;
};

inline double phi(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
inline double logistic(double x) { return 1 / (1 + std::exp(-x)); }
inline double softplus(double x) { return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))); }
inline double gelu_tanh(double x) {
  return x * logistic(2 * std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * std::pow(x, 3)));
}

inline std::vector<Case> all() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  return {
      {Activation::identity, [](double x) { return x; }, {}, 0, -inf, inf},
      {Activation::gelu_erf, [](double x) { return x * phi(x); }, {}, 2.0e-7, 0, inf},
      {Activation::gelu_tanh, gelu_tanh, {}, 3.0e-7, 0, inf},
      {Activation::quick_gelu, [](double x) { return x * logistic(1.702 * x); }, {}, 3.0e-7, 0, inf},
      {Activation::gelu_10, [](double x) { return std::clamp(x * phi(x), -10.0, 10.0); }, {10}, 2.0e-7, 0, 10},
      {Activation::relu, [](double x) { return std::fmax(x, 0); }, {0}, 0, 0, inf},
      {Activation::relu6, [](double x) { return std::clamp(x, 0.0, 6.0); }, {0, 6}, 0, 0, 6},
      {Activation::relu_squared, [](double x) { return x > 0 ? x * x : 0; }, {0}, 1e-7, 0, inf},
      {Activation::leaky_relu, [](double x) { return x > 0 ? x : x / 100; }, {0}, 1e-7, -inf, inf},
      {Activation::silu, [](double x) { return x * logistic(x); }, {}, 3.0e-7, 0, inf},
      {Activation::mish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, {}, 3.0e-7, 0, inf},
      {Activation::hard_swish, [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }, {-3, 3}, 3e-7, 0, inf},
      {Activation::sqrt_softplus, [](double x) { return std::sqrt(softplus(x)); }, {}, 2e-7, 0, inf},
      {Activation::sigmoid, logistic, {}, 2.0e-7, 0, 1},
      {Activation::tanh, [](double x) { return 1 - 2 / (1 + std::exp(2 * x)); }, {}, 2.0e-7, -1, 1},
      {Activation::laplace, [](double x) { return phi((x - 0.707107) / 0.282095); }, {}, 5.0e-7, 0, 1},
  };
}

}  // namespace activation_cases
