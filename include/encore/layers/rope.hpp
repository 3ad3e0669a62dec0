// SPDX-License-Identifier: Apache-2.0
// Rotary position embedding (hook QK).
#pragma once

#include <encore/layers/position.hpp>
#include <encore/layers/rope_scaling.hpp>

namespace encore {

// How rotated pairs lie in a head: (x_i, x_{i + r/2}) as in GPT-NeoX and ModernBERT, or (x_2i, x_2i+1) as in RoFormer.
enum class Pairs : std::uint8_t { half, interleaved };

// q and k (and, with turns_values, v) turn by p / base^(2i/r) in each pair i of their first r columns, or as the scaling
// has it. Su et al. 2021, RoFormer.
template <Pairs pairs = Pairs::half>
struct Rope {
  struct Options {
    double base = 10000;
    std::int64_t rotary = 0;  // r; 0: the whole head
    bool turns_values = false;
    RopeScaling scaling{};
  };
  ParameterId cosine;
  ParameterId sine;
  std::int64_t rotary;
  bool turns_values;

  Rope(Builder b, const ModelShape& shape, const Options& options)
      : rotary(options.rotary ? options.rotary : shape.head_size()), turns_values(options.turns_values) {
    if (rotary % 2 != 0 || rotary <= 0 || rotary > shape.head_size())
      throw ArgumentError("RoPE needs an even number of rotated columns within a head: " + std::to_string(rotary) +
                          " of head size " + std::to_string(shape.head_size()));
    const std::vector<double> frequencies = rope_frequencies(options.base, rotary, options.scaling);
    const double length = rope_attention_factor(options.scaling);
    cosine = b.constant("cosine", shape.max_positions, rotary / 2, [=](std::int64_t p, std::int64_t i) {
      return length * std::cos(double(p) * frequencies[std::size_t(i)]);
    });
    sine = b.constant("sine", shape.max_positions, rotary / 2, [=](std::int64_t p, std::int64_t i) {
      return length * std::sin(double(p) * frequencies[std::size_t(i)]);
    });
  }
  void lower(AttentionSpec& spec) const {
    spec.cosine = cosine;
    spec.sine = sine;
    spec.rotary = rotary;
    spec.interleaved = pairs == Pairs::interleaved;
    spec.turns_values = turns_values;
  }
  // What can be known at compile time (static_config).
  static constexpr bool fits(const ModelShape& shape, const Options& options) {
    return (options.rotary ? options.rotary : shape.head_size()) % 2 == 0;
  }
};

}  // namespace encore
