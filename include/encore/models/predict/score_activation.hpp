// SPDX-License-Identifier: Apache-2.0
// The activations of torch.nn that a cross-encoder's folder can name: those that take no arguments and give as many
// numbers as they get. Formulas of the PyTorch documentation with its defaults. RReLU is not there: it is random.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/core/error.hpp>
#include <encore/core/scalar.hpp>
#include <encore/io/cross_encoder.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace encore {

namespace detail {

struct TorchFunction {
  std::string_view name;
  double (*each)(double) = nullptr;  // of every score alone
  double sign = 1;                   // else of all labels: softmax of sign * x,
  bool logarithm = false;            // or its logarithm
};

inline double elu(double x) { return x > 0 ? x : std::expm1(x); }
inline double selu(double x) {
  return 1.0507009873554804934193349852946 * (x > 0 ? x : 1.6732632423543772848170429916717 * std::expm1(x));
}
inline double hard_sigmoid(double x) { return std::clamp(x / 6 + 0.5, 0.0, 1.0); }

// Those that no Activation is.
inline constexpr std::array<TorchFunction, 15> torch_functions{{
    {"Softmax"},
    {"Softmin", nullptr, -1},
    {"LogSoftmax", nullptr, 1, true},
    {"LogSigmoid", [](double x) { return -softplus(-x); }},
    {"PReLU", [](double x) { return x > 0 ? x : 0.25 * x; }},  // as it is made: what it learned is not saved
    {"ELU", elu},
    {"CELU", elu},
    {"SELU", selu},
    {"Softplus", [](double x) { return x > 20 ? x : softplus(x); }},
    {"Softsign", [](double x) { return x / (1 + std::abs(x)); }},
    {"Softshrink", [](double x) { return x > 0.5    ? x - 0.5
                                         : x < -0.5 ? x + 0.5
                                                    : 0.0; }},
    {"Hardshrink", [](double x) { return std::abs(x) > 0.5 ? x : 0.0; }},
    {"Tanhshrink", [](double x) { return x - std::tanh(x); }},
    {"Hardtanh", [](double x) { return std::clamp(x, -1.0, 1.0); }},
    {"Hardsigmoid", hard_sigmoid},
}};

}  // namespace detail

// Makes scores of the logits of one pair, in double.
class ScoreActivation {
 public:
  ScoreActivation() = default;  // Identity
  // `path` as Python writes it, "torch.nn.modules.activation.Sigmoid". Throws UnsupportedError that begins with
  // `source` and names what there is.
  ScoreActivation(std::string_view path, const std::string& source) {
    const std::string_view name = path.substr(path.rfind('.') + 1);
    const bool of_torch = path.starts_with("torch.nn.");
    if (of_torch) activation_ = activation_from_torch(name);
    std::string there;
    for (const ActivationNames& known : activation_names)
      if (!known.torch.empty()) there.append(" ").append(known.torch);
    for (const auto& one : detail::torch_functions) {
      if (one.name == name && of_torch) function_ = &one;
      there.append(" ").append(one.name);
    }
    if (!activation_ && !function_)
      throw UnsupportedError(source + ": " + in_quotes(path) + " is not supported; there are, of torch.nn," + there);
  }
  // What the folder names; else a sigmoid where there is one label, nothing where there are several.
  static ScoreActivation of(const CrossEncoder& how, std::int64_t labels) {
    if (how.activation) return {*how.activation, how.activation_key};
    return labels == 1 ? ScoreActivation("torch.nn.Sigmoid", "") : ScoreActivation();
  }

  // The scores of all labels.
  void operator()(std::vector<double>& scores) const {
    if (activation_)
      for (double& x : scores) x = activate(*activation_, x);
    if (activation_ || !function_ || scores.empty()) return;
    if (function_->each) {
      for (double& x : scores) x = function_->each(x);
      return;
    }
    for (double& x : scores) x *= function_->sign;
    const double highest = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (double& x : scores) sum += std::exp(x -= highest);
    for (double& x : scores) x = function_->logarithm ? x - std::log(sum) : std::exp(x) / sum;
  }

 private:
  std::optional<Activation> activation_;
  const detail::TorchFunction* function_ = nullptr;
};

}  // namespace encore
