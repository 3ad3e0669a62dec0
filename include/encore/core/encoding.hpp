// SPDX-License-Identifier: Apache-2.0
// What a tokenizer makes of a text and a model takes.
#pragma once

#include <encore/config.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace encore {

// A half-open range in a text, in the unit that the producer names (code points or bytes).
struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

// One tokenized text or pair. All vectors have one entry per token.
struct Encoding {
  std::vector<std::int32_t> ids;           // rows of the embedding table
  std::vector<std::int32_t> type_ids;      // 0 for the first text, 1 for the second
  std::vector<std::string> tokens;         // the token's text in the vocabulary
  std::vector<Span> offsets;               // code points of the text the token came from; {0, 0} for special tokens
  std::vector<Span> byte_offsets;          // the same in UTF-8 bytes
  std::vector<std::int32_t> sequence_ids;  // 0 or 1: which text; -1 for special tokens
  std::vector<std::int32_t> word_ids;      // index of the pre-tokenised word in its text; -1 for special tokens
  bool truncated = false;                  // tokens were cut to fit the length asked for
  std::int64_t prompt_tokens = 0;          // at the beginning, of a prompt put before the text
};

}  // namespace encore
