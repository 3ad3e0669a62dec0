// SPDX-License-Identifier: Apache-2.0
// Sublayers that whole sequences skip at random while training.
#pragma once

#include <encore/layers/placement.hpp>

namespace encore {

// f(x) of another placement becomes b f(x) / p, b = 1 with probability p for each sequence: p falls from 1 to 1 -
// shape.stochastic_depth over the layers. Outside training the placement alone. Huang et al. 2016.
template <class Placement>
struct StochasticDepth {
  static constexpr bool final_norm = Placement::final_norm;

  template <class Norm>
  struct Sublayer {
    using Inner = typename Placement::template Sublayer<Norm>;
    Inner inner;
    float skipped;

    Sublayer(Builder b, const ModelShape& shape, const options_t<Norm>& options, const LayerPlace& place)
        : inner(construct<Inner>(b, shape, options, place)),
          skipped(shape.stochastic_depth * float(place.layer + 1) / float(place.layers)) {}
    auto operator()(auto& ex, const auto& x, auto&& f) const {
      return inner(ex, x, [&](const auto& rows) {
        auto y = f(rows);
        return ex.drop_sequences(y, skipped);
      });
    }
  };
};

}  // namespace encore
