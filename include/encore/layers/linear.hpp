// SPDX-License-Identifier: Apache-2.0
// An affine map of rows.
#pragma once

#include <encore/core/layout.hpp>

#include <initializer_list>
#include <string_view>
#include <utility>

namespace encore {

// Scoped, for policies that say "bias or not" as a number.
enum class Bias : bool { no, yes };

// y = x W^T + b: [N, inputs] -> [N, outputs]. Parameters `weight` [outputs, inputs] and `bias` [outputs].
struct Linear {
  ParameterId weight;
  ParameterId bias;

  Linear(Builder b, std::int64_t inputs, std::int64_t outputs, Bias with_bias = Bias::yes)
      : weight(b.weight("weight", outputs, inputs)) {
    if (with_bias == Bias::yes) bias = b.vector("bias", outputs, Init::zeros);
  }
  // Several maps of one input in one product; `ex.split<n>` takes the results apart. Parameters `<section>.weight`, ...
  Linear(Builder b, std::int64_t inputs, std::initializer_list<std::pair<std::string_view, std::int64_t>> sections,
         Bias with_bias = Bias::yes)
      : weight(b.weight("weight", sections, inputs)) {
    if (with_bias == Bias::yes) bias = b.vector("bias", sections, Init::zeros);
  }

  auto operator()(auto& ex, const auto& x) const { return ex.linear(x, weight, bias); }
};

}  // namespace encore
