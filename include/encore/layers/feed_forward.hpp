// SPDX-License-Identifier: Apache-2.0
// Feed-forward policies: position-wise maps [N, C] -> [N, C] through a wider middle [N, F].
#pragma once

#include <encore/core/activation.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/model_shape.hpp>

namespace encore {

// out(activation(in(x))). Vaswani et al. 2017; BERT with gelu_erf.
struct Mlp {
  // The activation and whether both maps have biases.
  struct Options {
    Activation activation = Activation::gelu_erf;
    Bias bias = Bias::yes;
  };
  Linear in;
  Linear out;
  Activation activation;

  Mlp(Builder b, const ModelShape& shape, const Options& options)
      : in(b / "in", shape.hidden, shape.feed_forward_width(), options.bias),
        out(b / "out", shape.feed_forward_width(), shape.hidden, options.bias),
        activation(options.activation) {}

  auto operator()(auto& ex, const auto& x) const {
    auto wide = in(ex, x);                        // [N, F]
    auto active = ex.activate(activation, wide);  // [N, F]
    return out(ex, active);                       // [N, C]
  }
};

// Which half of in(x) goes through the activation: published models differ.
enum class Gate : std::uint8_t { first, second };

// out(activation(u) * g), [u, g] = in(x). Shazeer 2020: GeGLU with gelu, SwiGLU with silu, ReGLU with relu. Parameters
// `in.first` and `in.second`, [F, C] each, and `out`.
template <Gate activated = Gate::first>
struct Glu {
  // The activation of one half and whether both maps have biases.
  struct Options {
    Activation activation = Activation::gelu_erf;
    Bias bias = Bias::no;
  };
  Linear in;
  Linear out;
  Activation activation;

  Glu(Builder b, const ModelShape& shape, const Options& options)
      : in(b / "in", shape.hidden, {{"first", shape.feed_forward_width()}, {"second", shape.feed_forward_width()}},
           options.bias),
        out(b / "out", shape.feed_forward_width(), shape.hidden, options.bias),
        activation(options.activation) {}

  auto operator()(auto& ex, const auto& x) const {
    auto [first, second] = ex.split(in(ex, x));  // 2 x [N, F]
    auto gated = activated == Gate::first ? ex.gate(activation, first, second) : ex.gate(activation, second, first);
    first = second = {};  // gives the wide product's memory back before the next one is made
    return out(ex, gated);
  }
};

}  // namespace encore
