// SPDX-License-Identifier: Apache-2.0
// Frequencies of rotary embeddings stretched to more positions than a model was trained on, by the names that
// transformers' rope_parameters give them.
#pragma once

#include <encore/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

namespace encore {

// transformers' rope_type; r is the number of rotated columns.
enum class RopeScalingKind : std::uint8_t {
  none,
  linear,   // every frequency divided by the factor. Chen et al. 2023, position interpolation
  ntk,      // base' = base factor^(r / (r - 2)): the highest stays, the lowest is divided. "NTK-aware", bloc97 2023
  yarn,     // by how often a pair turns within the trained positions: kept, divided, or between. Peng et al. 2023
  llama3,   // the same idea by wavelength. Llama Team 2024
  dynamic,  // ntk with a base that grows with the sequence, once it is longer than the trained positions: LengthRotation
};

// The numbers of rope_parameters that rope_frequencies() and rope_attention_factor() read.
struct RopeScaling {
  RopeScalingKind kind = RopeScalingKind::none;
  double factor = 1;
  std::int64_t trained_positions = 0;  // original_max_position_embeddings; yarn, llama3 and dynamic need them
  double fast = 32, slow = 1;          // yarn: turns within the trained positions beyond which a pair is kept, divided
  bool whole_pairs = true;             // yarn: those bounds rounded outwards
  double low = 1, high = 4;            // llama3: the same as trained positions / wavelength
  double attention_factor = 0;         // yarn: of cosines and sines; 0: 0.1 ln(factor) + 1
};

// What a rotated vector's length is multiplied by.
inline double rope_attention_factor(const RopeScaling& scaling) {
  if (scaling.kind != RopeScalingKind::yarn) return 1;
  if (scaling.attention_factor > 0) return scaling.attention_factor;
  return scaling.factor > 1 ? 0.1 * std::log(scaling.factor) + 1 : 1;
}

// Angles per position of the r / 2 pairs. Throws ArgumentError for a factor below 1 or no trained positions.
inline std::vector<double> rope_frequencies(double base, std::int64_t rotary, const RopeScaling& scaling) {
  const double r = double(rotary), factor = scaling.factor, trained = double(scaling.trained_positions);
  const bool by_length = scaling.kind == RopeScalingKind::dynamic;
  const bool by_turns = scaling.kind == RopeScalingKind::yarn || scaling.kind == RopeScalingKind::llama3;
  if (factor < 1) throw ArgumentError("RoPE scaling: factor " + std::to_string(factor) + " is below 1");
  if ((by_turns || by_length) && scaling.trained_positions < 1)
    throw ArgumentError("RoPE scaling: trained_positions = " + std::to_string(scaling.trained_positions) +
                        " is not positive");
  if (scaling.kind == RopeScalingKind::ntk && rotary > 2) base *= std::pow(factor, r / (r - 2));
  std::vector<double> frequencies;
  for (std::int64_t i = 0; i < rotary / 2; ++i) frequencies.push_back(std::pow(base, -2.0 * double(i) / r));
  // The pair, as a real number, that turns so often.
  const auto pair_of = [&](double turns) {
    return r * std::log(trained / (turns * 2 * std::numbers::pi)) / (2 * std::log(base));
  };
  const auto outwards = [&](double pair, double rounded) { return scaling.whole_pairs ? rounded : pair; };
  const double kept_to = pair_of(scaling.fast), divided_from = pair_of(scaling.slow);
  const double first = std::max(0.0, outwards(kept_to, std::floor(kept_to)));
  double last = std::min(r - 1, outwards(divided_from, std::ceil(divided_from)));
  if (last == first) last += 0.001;
  for (std::int64_t i = 0; i < rotary / 2; ++i) {
    double& frequency = frequencies[std::size_t(i)];
    double kept = 1;  // how much of it is not divided
    if (scaling.kind == RopeScalingKind::linear) kept = 0;
    if (scaling.kind == RopeScalingKind::yarn) kept = 1 - std::clamp((double(i) - first) / (last - first), 0.0, 1.0);
    if (scaling.kind == RopeScalingKind::llama3) {
      const double turns = trained * frequency / (2 * std::numbers::pi);
      kept = std::clamp((turns - scaling.low) / (scaling.high - scaling.low), 0.0, 1.0);
    }
    frequency = kept * frequency + (1 - kept) * frequency / factor;
  }
  return frequencies;
}

}  // namespace encore
