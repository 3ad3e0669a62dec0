// SPDX-License-Identifier: Apache-2.0
// How many tokens of a text a model is given: what the folder's files say, and what the model has positions for.
#pragma once

#include <encore/io/model_folder.hpp>
#include <encore/layers/model_shape.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace encore {

// Whose rule: transformers' pipelines know the tokenizer's model_max_length alone; sentence-transformers' models a
// max_seq_length, which rules where it is given, and else the lesser of model_max_length and max_position_embeddings.
enum class LimitRule : std::uint8_t { pipeline, sentence };

// Tokens, special ones included, that a text is cut to; 0: it is not cut. `positions` is EncoderModel::position_limit:
// no text is longer. A folder that sentence-transformers saved has its rule for all tasks. Throws ConfigError.
inline std::int64_t text_limit(const ModelFolder& folder, const ModelShape& shape,
                               std::optional<std::int64_t> positions, LimitRule rule) {
  std::optional<std::int64_t> limit = folder.max_seq_length();
  if (!limit) {
    limit = folder.model_max_length();
    if (rule == LimitRule::sentence || folder.has("modules.json"))
      limit = std::min(limit.value_or(shape.max_positions), shape.max_positions);
  }
  if (positions) limit = std::min(limit.value_or(*positions), *positions);
  return limit.value_or(0);
}

}  // namespace encore
