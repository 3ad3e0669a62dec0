// SPDX-License-Identifier: Apache-2.0
// Stacks whose first layers are of another kind.
#pragma once

#include <encore/layers/encoder.hpp>

#include <optional>

namespace encore {

// The first n layers are First<Spec>, the others Rest<Spec>. In a spec: template <class S> using Block =
// FirstLayers<2, ParallelBlock>::Block<S>.
template <std::int64_t n, template <class> class First, template <class> class Rest = EncoderBlock>
struct FirstLayers {
  template <class Spec>
  struct Block {
    std::optional<First<Spec>> first;
    std::optional<Rest<Spec>> rest;

    Block(Builder b, const Config<Spec>& config, const typename Spec::Position& position, const LayerPlace& place) {
      if (place.layer < n)
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
