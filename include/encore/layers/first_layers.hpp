// SPDX-License-Identifier: Apache-2.0
// Stacks whose first layers are of another kind.
#pragma once

#include <encore/layers/encoder.hpp>

#include <optional>

namespace encore {

// How many layers FirstLayers counts as first.
struct FirstLayersOptions {
  std::int64_t first = 1;  // layers of the first kind
};

// The first layers are First<Spec>, the others Rest<Spec>. In a spec: template <class S> using Block =
// FirstLayers<ParallelBlock>::Block<S>; using BlockOptions = FirstLayersOptions.
template <template <class> class First, template <class> class Rest = EncoderBlock>
struct FirstLayers {
  // One layer, of either kind by its depth.
  template <class Spec>
  struct Block {
    std::optional<First<Spec>> first;
    std::optional<Rest<Spec>> rest;

    Block(Builder b, const Config<Spec>& config, const typename Spec::Position& position, const LayerPlace& place) {
      if (place.layer < config.block.first)
        first.emplace(b, config, position, place);
      else
        rest.emplace(b, config, position, place);
    }
    template <class Value>
    auto operator()(auto& ex, const Value& x, Carried<Value>& carried) const {
      return first ? detail::with_carried(*first, ex, x, carried) : detail::with_carried(*rest, ex, x, carried);
    }
  };
};

}  // namespace encore
