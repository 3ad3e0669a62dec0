// SPDX-License-Identifier: Apache-2.0
// How texts become tokens: what a model says of its own (encode_options of a task) and a tokenizer does.
#pragma once

#include <encore/config.hpp>

#include <cstdint>
#include <string_view>

namespace encore {

struct EncodeOptions {
  bool add_special_tokens = true;
  // Longest result, special tokens included; 0: no limit. What is over it is cut from the end of the text, or of the
  // longer text of a pair ("longest_first"); from the beginning where the folder's truncation_side is left.
  std::int64_t max_length = 0;
  // Put before the text, or the first of a pair. Offsets count from its beginning, Encoding::prompt_tokens says how
  // many tokens it takes.
  std::string_view prompt = {};
};

// Two texts that a model reads as one: a question and a passage, a premise and a hypothesis.
struct TextPair {
  std::string_view first;
  std::string_view second;
};

}  // namespace encore
