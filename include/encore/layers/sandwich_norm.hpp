// SPDX-License-Identifier: Apache-2.0
// A norm before and one after each sublayer.
#pragma once

#include <encore/layers/norm.hpp>
#include <encore/layers/placement.hpp>

namespace encore {

// x <- x + norm2(f(norm1(x))), and a norm at the end of the stack. Ding et al. 2021, CogView. Parameters `before`, `after`.
struct SandwichNorm {
  static constexpr bool final_norm = true;

  template <class Norm>
  struct Sublayer {
    Norm before, after;
    float dropout;

    Sublayer(Builder b, const ModelShape& shape, const options_t<Norm>& options)
        : before(construct<Norm>(b / "before", shape.hidden, options)),
          after(construct<Norm>(b / "after", shape.hidden, options)),
          dropout(shape.dropout) {}
    auto operator()(auto& ex, const auto& x, auto&& f) const {
      auto normal = before(ex, x);
      auto y = f(normal);
      auto steady = after(ex, y);
      auto kept = ex.dropout(steady, dropout);
      return ex.add(x, kept);
    }
  };
};

}  // namespace encore
