// SPDX-License-Identifier: Apache-2.0
// Rotary position embedding (hook QK).
#pragma once

#include <encore/layers/model_shape.hpp>
#include <encore/layers/rope_scaling.hpp>
#include <encore/ops/attention.hpp>
#include <encore/ops/rotate_by_length.hpp>

#include <optional>

namespace encore {

// How rotated pairs lie in a head: (x_i, x_{i + r/2}) as in GPT-NeoX and ModernBERT, or (x_2i, x_2i+1) as in RoFormer.
enum class Pairs : std::uint8_t { half, interleaved };

// q and k (and, with rotates_values, v) are rotated by p / base^(2i/r) in each pair i of their first r columns, or as
// the scaling has it: by tables, or with the dynamic kind by each sequence's own length, whatever else is in the batch.
// Su et al. 2021, RoFormer.
template <Pairs pairs = Pairs::half>
struct Rope {
  // The base, how much of a head is rotated, and how far the tables go.
  struct Options {
    double base = 10000;
    std::int64_t rotary = 0;  // r; 0: the whole head
    bool rotates_values = false;
    RopeScaling scaling{};
    // Positions end with the shape's max_positions: the tables are a checkpoint's. Otherwise they go on as the formula
    // does, and no more than the first `stored_positions` are kept.
    bool ends = false;
  };
  static constexpr std::int64_t stored_positions = 8192;
  ParameterId cosine;
  ParameterId sine;
  std::optional<LengthRotation> by_length;  // in place of the tables
  std::int64_t rotary;
  bool rotates_values;
  bool ends;

  Rope(Builder b, const ModelShape& shape, const Options& options)
      : rotary(options.rotary ? options.rotary : shape.head_size()),
        rotates_values(options.rotates_values),
        ends(options.ends) {
    if (rotary % 2 != 0 || rotary <= 0 || rotary > shape.head_size())
      throw ArgumentError("RoPE needs an even number of rotated columns within a head: " + std::to_string(rotary) +
                          " of head size " + std::to_string(shape.head_size()));
    const std::vector<double> frequencies = rope_frequencies(options.base, rotary, options.scaling);
    if (options.scaling.kind == RopeScalingKind::dynamic) {
      if (rotates_values) throw ArgumentError("RoPE: values are not rotated by a base that grows with the sequence");
      by_length = {.head_size = shape.head_size(),
                   .rotary = rotary,
                   .interleaved = pairs == Pairs::interleaved,
                   .base = options.base,
                   .factor = options.scaling.factor,
                   .trained_positions = options.scaling.trained_positions};
      return;
    }
    const double length = rope_attention_factor(options.scaling);
    const auto table = [&](const char* name, auto value) {
      return ends ? b.constant(name, shape.max_positions, rotary / 2, value)
                  : b.endless_constant(name, std::min(shape.max_positions, stored_positions), rotary / 2, value);
    };
    cosine = table("cosine", [=](std::int64_t p, std::int64_t i) {
      return length * std::cos(double(p) * frequencies[std::size_t(i)]);
    });
    sine = table("sine", [=](std::int64_t p, std::int64_t i) {
      return length * std::sin(double(p) * frequencies[std::size_t(i)]);
    });
  }
  bool endless() const { return !ends; }
  auto rotate(auto& ex, const auto& x) const { return by_length ? ex.rotate_by_length(*by_length, x) : x; }
  void lower(AttentionSpec& spec) const {
    if (by_length) return;
    spec.cosine = cosine;
    spec.sine = sine;
    spec.rotary = rotary;
    spec.interleaved = pairs == Pairs::interleaved;
    spec.rotates_values = rotates_values;
  }
  // What can be known at compile time (static_config), and what is said where it does not hold.
  static constexpr bool fits(const ModelShape& shape, const Options& options) {
    return (options.rotary ? options.rotary : shape.head_size()) % 2 == 0;
  }
  // Fails to compile, in one sentence, where fits() is false.
  template <bool even>
  static consteval void require_fit() {
    static_assert(even, "encore: RoPE needs an even head size");
  }
};

// RoPE whose base grows with the sequence once it is longer than those of training (ops/rotate_by_length.hpp): texts that
// fit are rotated as the model learnt it. transformers takes the longest sequence of a batch, here each counts for
// itself.
template <Pairs pairs = Pairs::half>
struct DynamicRope {
  // The base of training, the factor by which longer texts stretch it, and the tokens of training.
  struct Options {
    double base = 10000;
    double factor = 1;
    std::int64_t trained_positions = 512;
  };
  LengthRotation rotation;

  DynamicRope(Builder, const ModelShape& shape, const Options& options)
      : rotation{.head_size = shape.head_size(),
                 .rotary = shape.head_size(),
                 .interleaved = pairs == Pairs::interleaved,
                 .base = options.base,
                 .factor = options.factor,
                 .trained_positions = options.trained_positions} {
    if (shape.head_size() % 2 != 0)
      throw ArgumentError("RoPE needs an even head size: " + std::to_string(shape.head_size()));
    if (options.factor < 1 || options.trained_positions < 1)
      throw ArgumentError("dynamic RoPE: factor " + std::to_string(options.factor) + " and " +
                          std::to_string(options.trained_positions) + " trained positions, at least 1 each");
  }
  auto rotate(auto& ex, const auto& x) const { return ex.rotate_by_length(rotation, x); }
};

}  // namespace encore
