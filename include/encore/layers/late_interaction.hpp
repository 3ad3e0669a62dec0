// SPDX-License-Identifier: Apache-2.0
// Token vectors for late interaction. Khattab & Zaharia 2020, ColBERT.
#pragma once

#include <encore/layers/linear.hpp>
#include <encore/layers/model_shape.hpp>

namespace encore {

// x W^T of unit length: [N, C] -> [N, width]. Parameter `weight` [width, C], no bias.
struct LateInteraction {
  Linear project;

  LateInteraction(Builder b, const ModelShape& shape, std::int64_t width) : project(b, shape.hidden, width, Bias::no) {}
  auto operator()(auto& ex, const auto& x) const {
    auto narrow = project(ex, x);
    return ex.l2_normalise(narrow);
  }
};

}  // namespace encore
