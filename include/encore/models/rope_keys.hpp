// SPDX-License-Identifier: Apache-2.0
// Rotary embeddings as transformers' rope_parameters describe them.
#pragma once

#include <encore/io/json.hpp>
#include <encore/layers/rope_scaling.hpp>
#include <encore/models/config_keys.hpp>

namespace encore {

// One object of rope_parameters into the base and the scaling. `positions`: max_position_embeddings, which stands for
// original_max_position_embeddings where that is missing. rope_type dynamic: each text is rotated by its own length,
// where transformers takes the longest of the batch, so that its vectors would depend on the others. Throws
// ConfigError, and UnsupportedError for a rope_type that is not known (longrope among them).
template <class Options>
void read_rope(const JsonObject& rope, std::int64_t positions, Options& options) {
  options.base = rope.number("rope_theta", options.base, {1e-3, 1e12});
  RopeScaling& scaling = options.scaling;
  const std::string type = rope.text("rope_type", rope.text("type", "default"));
  if (type == "default")
    return;
  else if (type == "linear")
    scaling.kind = RopeScalingKind::linear;
  else if (type == "yarn")
    scaling.kind = RopeScalingKind::yarn;
  else if (type == "llama3")
    scaling.kind = RopeScalingKind::llama3;
  else if (type == "dynamic")
    scaling.kind = RopeScalingKind::dynamic;
  else
    throw UnsupportedError(rope.where("rope_type") + ": '" + type +
                           "' is not supported; there are default, linear, dynamic, yarn, llama3");
  for (const char* key : {"mscale", "mscale_all_dim"})
    if (rope.nullable().has(key)) throw UnsupportedError(rope.where(key) + ": is not supported");
  if (rope.number("partial_rotary_factor", 1.0, {0.0, 1.0}) != 1.0)
    throw UnsupportedError(rope.where("partial_rotary_factor") + ": only 1 is supported");
  if (scaling.kind == RopeScalingKind::dynamic) {  // original_max_position_embeddings is not read
    scaling.trained_positions = positions;
    scaling.factor = rope.number("factor", {1.0, 1e6});
    return;
  }
  scaling.trained_positions = rope.integer("original_max_position_embeddings", positions, {1, largest_size});
  const double stretched = double(positions) / double(scaling.trained_positions);
  scaling.factor = rope.number("factor", std::max(1.0, stretched), {1.0, 1e6});
  if (scaling.kind == RopeScalingKind::yarn) {
    scaling.fast = rope.nullable().number("beta_fast", 32.0, {1e-3, 1e6});
    scaling.slow = rope.nullable().number("beta_slow", 1.0, {1e-3, 1e6});
    scaling.whole_pairs = rope.boolean("truncate", true);
    scaling.attention_factor = rope.nullable().number("attention_factor", 0.0, {0.0, 1e3});
  }
  if (scaling.kind == RopeScalingKind::llama3) {
    scaling.low = rope.number("low_freq_factor", 1.0, {1e-3, 1e6});
    scaling.high = rope.number("high_freq_factor", 4.0, {1e-3, 1e6});
    if (scaling.low >= scaling.high)
      throw ConfigError(rope.where("high_freq_factor") + ": is not above low_freq_factor");
  }
}

}  // namespace encore
