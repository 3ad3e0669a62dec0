// SPDX-License-Identifier: Apache-2.0
// Placements that weigh the two summands of a residual.
#pragma once

#include <encore/config.hpp>
#include <encore/layers/norm.hpp>
#include <encore/layers/parameter_row.hpp>
#include <encore/layers/placement.hpp>

#include <cmath>
#include <string_view>

namespace encore {

// x <- norm(a x + f(x)), a = (2 L)^(1/4) for L layers; the weights of values, of attention's output and of the
// feed-forward begin scaled by (8 L)^(-1/4). Wang et al. 2022, DeepNet, its encoder-only constants.
struct DeepNorm {
  static constexpr bool final_norm = false;

  // factor x.
  struct Times {
    double factor;
    template <class S>
    ENCORE_HD S operator()(S x) const {
      return S(factor) * x;
    }
  };
  template <class Norm>
  struct Sublayer {
    Norm norm;
    float dropout;
    double alpha;

    Sublayer(Builder b, const ModelShape& shape, const options_t<Norm>& options, const LayerPlace& place)
        : norm(construct<Norm>(b, shape.hidden, options)),
          dropout(shape.dropout),
          alpha(std::pow(2.0 * double(place.layers), 0.25)) {}
    auto operator()(auto& ex, const auto& x, auto&& f) const {
      auto y = f(x);
      auto kept = ex.dropout(y, dropout);
      return residual_norm(ex, norm, ex.map(Times{alpha}, x), kept);
    }
  };
  // Of the parameters below `layers`.
  static void scale_initial(Builder layers, std::int64_t depth) {
    ParameterLayout& layout = layers.layout();
    for (std::size_t i = 0; i < layout.size(); ++i)
      for (ParameterSection& section : layout[ParameterId{std::int32_t(i)}].sections) {
        const std::string_view name = section.name;
        const auto is = [&](std::string_view part) { return name.find(part) != name.npos; };
        if (name.starts_with(layers.path() + ".") && name.ends_with(".weight") &&
            (is(".attention.value.") || is(".attention.out.") || is(".feed_forward.")))
          section.scale = std::pow(8.0 * double(depth), -0.25);
      }
  }
};

// x <- x + l f(norm(x)), l [C] learned, 1e-4 at first; a norm at the end of the stack. Touvron et al. 2021, CaiT.
// Parameters of the norm, and `layer_scale` [C].
struct LayerScale {
  static constexpr bool final_norm = true;

  template <class Norm>
  struct Sublayer {
    Norm norm;
    op::Norm scale;
    float dropout;

    Sublayer(Builder b, const ModelShape& shape, const options_t<Norm>& options)
        : norm(construct<Norm>(b, shape.hidden, options)), dropout(shape.dropout) {
      scale.kind = NormKind::none;
      scale.gain = b.vector("layer_scale", shape.hidden, Init::ones, 1e-4);
    }
    auto operator()(auto& ex, const auto& x, auto&& f) const {
      auto normal = norm(ex, x);
      auto y = f(normal);
      auto kept = ex.dropout(y, dropout);
      return ex.add(x, ex.norm(scale, kept));
    }
  };
};

// x <- x + a f(x), one learned number a, 0 at first; no norm at all. Bachlechner et al. 2020. Parameter `alpha` [1, 1].
struct ReZero {
  static constexpr bool final_norm = false;

  template <class Norm>
  struct Sublayer {
    ParameterId alpha;
    float dropout;

    Sublayer(Builder b, const ModelShape& shape, const options_t<Norm>&)
        : alpha(b.table("alpha", 1, 1, Init::zeros)), dropout(shape.dropout) {}
    auto operator()(auto& ex, const auto& x, auto&& f) const {
      auto y = f(x);
      auto kept = ex.dropout(y, dropout);
      return ex.add(x, ex.scale(kept, parameter_row(ex, alpha)));
    }
  };
};

}  // namespace encore
