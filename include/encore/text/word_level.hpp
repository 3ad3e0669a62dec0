// SPDX-License-Identifier: Apache-2.0
// A word is a token, or the unknown one: tokenizers/src/models/wordlevel of the Hugging Face library.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/token_span.hpp>
#include <encore/text/vocabulary.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

class WordLevel {
 public:
  struct Memory {};  // needs none

  WordLevel() = default;
  // `source` begins every message. The vocabulary need not have the unknown token.
  WordLevel(const Vocabulary& vocabulary, std::string unknown_token, std::string source)
      : unknown_token_(std::move(unknown_token)),
        source_(std::move(source)),
        unknown_(vocabulary.id_of(unknown_token_)) {}

  // Appends the token of a word, which is not empty. Throws InputError for an unknown word where there is no token for
  // it.
  void operator()(const Vocabulary& vocabulary, std::string_view text, ByteRange word, Memory&,
                  std::vector<TokenSpan>& out) const {
    const std::int32_t known = vocabulary.id_of(text.substr(word.begin, word.size()));
    if (known < 0 && unknown_ < 0)
      throw InputError(source_ + ": the text has the word " + in_quotes(text.substr(word.begin, word.size())) +
                       ", which the vocabulary lacks as it lacks " + in_quotes(unknown_token_) + " for unknown words");
    out.push_back({known < 0 ? unknown_ : known, word});
  }

 private:
  std::string unknown_token_;
  std::string source_;
  std::int32_t unknown_ = -1;
};

}  // namespace encore::text
