// SPDX-License-Identifier: Apache-2.0
// WordPiece: a word is cut, from its beginning, into the longest tokens there are; every one but the first is looked up
// behind a prefix ("##"). A word that cannot be cut to its end, or is too long, is one unknown token.
// Schuster & Nakajima 2012; tokenizers/src/models/wordpiece of the Hugging Face library.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/token_span.hpp>
#include <encore/text/utf8.hpp>
#include <encore/text/vocabulary.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace encore::text {

class WordPiece {
 public:
  // "model" of a tokenizer.json; the defaults are BERT's.
  struct Options {
    std::string unknown_token = "[UNK]";
    std::string continuing_subword_prefix = "##";
    std::int64_t max_input_chars_per_word = 100;
  };
  struct Memory {};  // needs none
  // A character is looked at once for every token that it might belong to; this bounds how many can be.
  static constexpr std::size_t max_looks = 1000;

  WordPiece() = default;
  // Throws ConfigError, beginning with `source`, where the unknown token is not in the vocabulary, and UnsupportedError
  // where cutting a long word would take time in proportion to the square of its length.
  WordPiece(const Vocabulary& vocabulary, const Options& options, const std::string& source)
      : options_(options),
        unknown_(vocabulary.id_of(options.unknown_token)),
        continuation_(vocabulary.trie().descend(Trie::root, options.continuing_subword_prefix)),
        max_characters_(std::size_t(std::max<std::int64_t>(options.max_input_chars_per_word, 0))) {
    if (unknown_ < 0)
      throw ConfigError(source + ": the unknown token " + in_quotes(options.unknown_token) +
                        " is not in the vocabulary");
    if (std::min(max_characters_, vocabulary.longest_token_bytes()) > max_looks)
      throw UnsupportedError(source + ": max_input_chars_per_word " + std::to_string(max_characters_) +
                             " with a token of " + std::to_string(vocabulary.longest_token_bytes()) +
                             " bytes; one of the two must be at most " + std::to_string(max_looks));
  }

  // The id of options().unknown_token; and the options as they were given.
  std::int32_t unknown_id() const { return unknown_; }
  const Options& options() const { return options_; }

  // Appends the tokens of a word, which is not empty.
  void operator()(const Vocabulary& vocabulary, std::string_view text, ByteRange word, Memory&,
                  std::vector<TokenSpan>& out) const {
    const std::size_t before = out.size();
    const auto unknown = [&] {
      out.resize(before);
      out.push_back({unknown_, word});
    };
    if (word.size() > max_characters_ && count_code_points(text.substr(word.begin, word.size())) > max_characters_)
      return unknown();
    const Trie& trie = vocabulary.trie();
    const char* const start = text.data();
    const char* const end = start + word.end;
    std::uint32_t node = Trie::root;
    for (const char* at = start + word.begin; at != end; node = continuation_) {
      const auto match = node == Trie::none ? Trie::Match{} : trie.longest(node, at, end);
      if (match.value < 0) return unknown();
      out.push_back({match.value, {std::uint32_t(at - start), std::uint32_t(match.end - start)}});
      at = match.end;
    }
  }

 private:
  Options options_;
  std::int32_t unknown_ = -1;
  std::uint32_t continuation_ = Trie::none;  // the node behind the prefix
  std::size_t max_characters_ = 0;
};

}  // namespace encore::text
