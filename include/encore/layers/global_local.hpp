// SPDX-License-Identifier: Apache-2.0
// Positions that differ from layer to layer.
#pragma once

#include <encore/layers/model_shape.hpp>
#include <encore/layers/position_hooks.hpp>

#include <cstdint>
#include <vector>

namespace encore {

namespace detail {
// Whether GlobalLocal drops no hook of a policy.
template <class P>
inline constexpr bool handed_on = !HasLayerPart<P> && !NamesDistances<P> && !NamesScore<P>;
}  // namespace detail

// One position policy for layers that see everything and another, within a window, for those that do not. Warner et al.
// 2024, ModernBERT: two bases of RoPE, every third layer global.
template <class Global, class Local = Global>
struct GlobalLocal {
  // Both policies' numbers, the window, and which layers are local.
  struct Options {
    options_t<Global> global{};
    options_t<Local> local{};
    std::int64_t window = -1;      // keys with |i - j| <= window in local layers; negative: all
    std::vector<bool> is_local{};  // by layer; those beyond the list are global
  };
  static_assert(
      detail::handed_on<Global> && detail::handed_on<Local> &&
          detail::NamesRotation<Global> == detail::NamesRotation<Local>,
      "encore: GlobalLocal hands on lower and, where both policies have it, rotate; no distances, score or Layer");
  Global global;
  Local local;
  Options options;

  GlobalLocal(Builder b, const ModelShape& shape, const Options& o)
      : global(construct<Global>(b / "global", shape, o.global)),
        local(construct<Local>(b / "local", shape, o.local)),
        options(o) {}
  void lower(AttentionSpec& spec, const LayerPlace& place) const {
    if (!is_local(place)) {
      global.lower(spec);
      return;
    }
    local.lower(spec);
    spec.window = options.window;
  }
  template <class Ex>
    requires RotatesRows<Global, Ex> && RotatesRows<Local, Ex>
  auto rotate(Ex& ex, const typename Ex::Value& x, const LayerPlace& place) const {
    return is_local(place) ? local.rotate(ex, x) : global.rotate(ex, x);
  }
  bool endless() const { return endless_positions(global) && endless_positions(local); }

 private:
  bool is_local(const LayerPlace& place) const {
    return std::size_t(place.layer) < options.is_local.size() && options.is_local[std::size_t(place.layer)];
  }
};

}  // namespace encore
