// SPDX-License-Identifier: Apache-2.0
// Convolution over the tokens of each sequence.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/layers/encoder.hpp>
#include <encore/layers/placement.hpp>

#include <optional>

namespace encore {

// y_t = W [x_{t - r}; ..; x_{t + r}] + b, zeros beyond the ends: [N, C] -> [N, C]. In G groups the g-th of G equal parts
// of y's columns is made of that of x's. Parameters `weight` [C, width C / G], `bias`; width 1, 3 or 5.
struct Convolution {
  std::int64_t width, groups, channels;
  Linear product;

  // Throws ArgumentError for another width and groups that do not divide the channels.
  Convolution(Builder b, std::int64_t c, std::int64_t w, std::int64_t g = 1)
      : width(w), groups(g), channels(c), product(b, of_group(c, g) * w, c) {
    if (w != 1 && w != 3 && w != 5)
      throw ArgumentError("convolution: width " + std::to_string(w) + " is not supported; there are 1, 3, 5");
  }
  auto operator()(auto& ex, const auto& x) const {
    if (groups == 1) return convolved(ex, x);
    // The product has the rows of all groups: a group's own are taken out.
    const std::int64_t part = channels / groups;
    const auto group = [&](std::int64_t g) {
      return ex.columns(convolved(ex, ex.columns(x, g * part, part)), g * part, part);
    };
    auto y = ex.concat(group(0), group(1));
    for (std::int64_t g = 2; g < groups; ++g) y = ex.concat(y, group(g));
    return y;
  }

 private:
  static std::int64_t of_group(std::int64_t channels, std::int64_t groups) {
    if (groups < 1 || channels % groups != 0)
      throw ArgumentError("convolution: " + std::to_string(groups) + " groups do not divide " +
                          std::to_string(channels) + " channels");
    return channels / groups;
  }
  auto convolved(auto& ex, const auto& x) const {
    if (width == 1) return product(ex, x);
    auto before = ex.shift(x, -1);
    auto after = ex.shift(x, 1);
    if (width == 3) return product(ex, ex.concat(before, x, after));
    auto further_before = ex.shift(x, -2);
    auto further_after = ex.shift(x, 2);
    return product(ex, ex.concat(further_before, before, x, after, further_after));
  }
};

// Numbers of ConvolvedBlock.
struct ConvolutionOptions {
  std::int64_t width = 0;  // 0: none
  std::int64_t groups = 1;
  Activation activation = Activation::tanh;
};

// A layer like any other, but in the first one y <- norm(y + activation(convolution(x))), x what came in and y what
// comes out. He et al. 2021, DeBERTa v2 xlarge. Spec::BlockOptions
// is ConvolutionOptions.
template <class Spec>
struct ConvolvedBlock : EncoderBlock<Spec> {
  std::optional<Convolution> convolution;
  std::optional<typename Spec::Norm> norm;
  Activation activation;

  ConvolvedBlock(Builder b, const Config<Spec>& config, const typename Spec::Position& position,
                 const LayerPlace& place)
      : EncoderBlock<Spec>(b, config, position, place), activation(config.block.activation) {
    if (place.layer > 0 || config.block.width == 0) return;
    convolution.emplace(b / "convolution", config.shape.hidden, config.block.width, config.block.groups);
    norm = construct<typename Spec::Norm>(b / "convolution_norm", config.shape.hidden, config.norm);
  }
  template <class Value>
  auto operator()(auto& ex, const Value& x, Carried<Value>& carried) const {
    auto y = EncoderBlock<Spec>::operator()(ex, x, carried);
    if (!convolution) return y;
    auto local = (*convolution)(ex, x);
    auto active = ex.activate(activation, local);
    return residual_norm(ex, *norm, y, active);
  }
};

}  // namespace encore
