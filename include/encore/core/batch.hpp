// SPDX-License-Identifier: Apache-2.0
// The packed input of a forward pass.
#pragma once

#include <encore/core/encoding.hpp>
#include <encore/core/segments.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace encore {

// Token ids of all sequences end to end, with their types and positions. Reusable: clear() keeps the memory.
class Batch {
 public:
  Batch() = default;
  // Of encodings, in their order; throws as add() does.
  explicit Batch(std::span<const Encoding> encodings) {
    for (const Encoding& encoding : encodings) add(encoding.ids, encoding.type_ids, encoding.prompt_tokens);
  }

  // Appends one sequence, `prompt_tokens` of which belong to a prompt before the text. type_ids may be empty: all zero.
  // Throws InputError when it is empty or the lengths differ.
  void add(std::span<const std::int32_t> ids, std::span<const std::int32_t> type_ids = {},
           std::int64_t prompt_tokens = 0) {
    if (!type_ids.empty() && type_ids.size() != ids.size())
      throw InputError("sequence " + std::to_string(segments_.count()) + ": " + std::to_string(ids.size()) +
                       " ids but " + std::to_string(type_ids.size()) + " type ids");
    segments_.push_back(std::int64_t(ids.size()));
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    if (type_ids.empty())
      type_ids_.resize(ids_.size(), 0);
    else
      type_ids_.insert(type_ids_.end(), type_ids.begin(), type_ids.end());
    for (std::size_t i = 0; i < ids.size(); ++i) positions_.push_back(std::int32_t(i));
    first_rows_.push_back(std::int32_t(ids_.size() - ids.size()));
    sequence_firsts_.resize(ids_.size(), first_rows_.back());
    text_rows_.push_back(first_rows_.back() + std::int32_t(prompt_tokens));
  }
  // Back to no sequences; nothing is freed.
  void clear() {
    ids_.clear();
    type_ids_.clear();
    positions_.clear();
    first_rows_.clear();
    text_rows_.clear();
    sequence_firsts_.clear();
    segments_.clear();
  }

  std::span<const std::int32_t> ids() const { return ids_; }                // [N]
  std::span<const std::int32_t> type_ids() const { return type_ids_; }      // [N]
  std::span<const std::int32_t> positions() const { return positions_; }    // [N] 0, 1, .. within each sequence
  std::span<const std::int32_t> first_rows() const { return first_rows_; }  // [sequences] the row of each first token
  // [sequences] the row behind each prompt; it may be the next sequence's
  std::span<const std::int32_t> text_rows() const { return text_rows_; }
  // [N] the row of the first token of each token's sequence
  std::span<const std::int32_t> sequence_firsts() const { return sequence_firsts_; }
  const Segments& segments() const { return segments_; }

 private:
  std::vector<std::int32_t> ids_;
  std::vector<std::int32_t> type_ids_;
  std::vector<std::int32_t> positions_;
  std::vector<std::int32_t> first_rows_;
  std::vector<std::int32_t> text_rows_;
  std::vector<std::int32_t> sequence_firsts_;
  Segments segments_;
};

}  // namespace encore
