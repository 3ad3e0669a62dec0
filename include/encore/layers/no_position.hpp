// SPDX-License-Identifier: Apache-2.0
// No positions: attention sees a bag of words.
#pragma once

#include <encore/layers/model_shape.hpp>

namespace encore {

struct NoPosition {
  static constexpr bool has_hooks = false;

  NoPosition(Builder, const ModelShape&) {}
  static constexpr bool endless() { return true; }
};

}  // namespace encore
