// SPDX-License-Identifier: Apache-2.0
// Added tokens: found in the text as they are written, before anything else looks at it (or, with `normalized`, in the
// normalised text). Semantics are those of tokenizers/src/tokenizer/added_vocabulary.rs of the Hugging Face library,
// but for matches that would overlap the white space which a token before them has taken: those are left out.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/added_token.hpp>
#include <encore/text/normalizer.hpp>
#include <encore/text/vocabulary.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

class AddedTokens {
 public:
  static constexpr std::size_t max_bytes = 1000;  // of a token: bounds what a search costs per byte of text

  AddedTokens() = default;
  // Gives ids to the tokens that have none in the vocabulary, counting from its size. Throws ConfigError, beginning
  // with `source`, where that is not the id that a token claims or the id is taken. Of tokens that are alike once they
  // are normalised the first is found; one that is empty then is not.
  AddedTokens(std::vector<AddedToken> tokens, const Vocabulary& vocabulary, const Normalizer& normalizer,
              const CharacterClasses& classes, const std::string& source) {
    std::int64_t next = vocabulary.size();
    for (AddedToken& token : tokens) {
      if (token.content.empty()) continue;
      const auto fail = [&](const std::string& message) {
        throw ConfigError(source + ": added token " + in_quotes(token.content) + " " + message);
      };
      if (token.content.size() > max_bytes)
        fail("has " + std::to_string(token.content.size()) + " bytes; at most " + std::to_string(max_bytes) +
             " are supported");
      const auto known = by_content_.find(token.content);
      std::int64_t id = known != by_content_.end() ? *tokens_[known->second].id : vocabulary.id_of(token.content);
      if (id < 0) {
        id = next++;
        if (id > INT32_MAX) fail("finds no id: the vocabulary is full");
        if (vocabulary.token_of(std::int32_t(id)))
          fail("would get the id " + std::to_string(id) + ", which " +
               in_quotes(*vocabulary.token_of(std::int32_t(id))) + " has");
      }
      if (token.id && *token.id != id)
        fail("claims the id " + std::to_string(*token.id) + "; by the vocabulary it is " + std::to_string(id));
      token.id = std::int32_t(id);
      if (known != by_content_.end()) {
        tokens_[known->second] = std::move(token);
        continue;
      }
      by_content_.emplace(token.content, tokens_.size());
      by_id_.emplace(std::int32_t(id), tokens_.size());
      tokens_.push_back(std::move(token));
    }
    as_written_ = Matcher(*this, false, normalizer, classes);
    as_normalized_ = Matcher(*this, true, normalizer, classes);
  }

  // In the order given, each once, with their ids.
  const std::vector<AddedToken>& tokens() const { return tokens_; }
  // nullptr where there is none.
  const AddedToken* find(std::string_view content) const {
    const auto found = by_content_.find(content);
    return found == by_content_.end() ? nullptr : &tokens_[found->second];
  }
  const AddedToken* find(std::int32_t id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &tokens_[found->second];
  }
  // The greatest id, -1 without tokens; and whether some are sought in the normalised text.
  std::int32_t last_id() const { return by_id_.empty() ? -1 : by_id_.rbegin()->first; }
  bool any_normalized() const { return !as_normalized_.empty(); }

  // Calls each(range, token or nullptr) for stretches that together are the text, in order. None is empty.
  template <class Each>
  void split(std::string_view text, bool normalized, const CharacterClasses& classes, Each each) const {
    const Matcher& matcher = normalized ? as_normalized_ : as_written_;
    const char* const start = text.data();
    const char* const end = start + text.size();
    const char* rest = start;  // what is not yet given out
    const auto range = [&](const char* from, const char* to) {
      return ByteRange{std::uint32_t(from - start), std::uint32_t(to - start)};
    };
    for (const char* at = matcher.candidate(start, end); at != end;) {
      const auto match = matcher.longest(at, end);
      if (match.value < 0) {
        at = matcher.candidate(at + 1, end);
        continue;
      }
      const char* from = at;
      const char* to = match.end;
      at = matcher.candidate(to, end);
      const AddedToken& token = tokens_[std::size_t(match.value)];
      if (from < rest) continue;
      if (token.single_word && (is_word_before(start, from, classes) || is_word_after(to, end, classes))) continue;
      if (token.lstrip) from = before_space(rest, from, classes);
      if (token.rstrip) to = behind_space(to, end, classes);
      if (rest != from) each(range(rest, from), nullptr);
      each(range(from, to), &token);
      rest = to;
    }
    if (rest != end) each(range(rest, end), nullptr);
  }

 private:
  // Finds the tokens of one kind.
  class Matcher {
   public:
    Matcher() = default;
    Matcher(const AddedTokens& added, bool normalized, const Normalizer& normalizer, const CharacterClasses& classes) {
      std::vector<std::pair<std::string, std::int32_t>> patterns;
      Normalizer::Memory memory;
      NormalizedText text;
      for (std::size_t i = 0; i < added.tokens_.size(); ++i) {
        const AddedToken& token = added.tokens_[i];
        if (token.normalized != normalized) continue;
        if (normalized) normalizer({token.content}, classes, false, memory, text);
        patterns.emplace_back(normalized ? std::string(text.bytes()) : token.content, std::int32_t(i));
      }
      std::sort(patterns.begin(), patterns.end());
      std::vector<Trie::Entry> entries;
      for (std::size_t i = 0; i < patterns.size(); ++i) {
        const auto& [pattern, index] = patterns[i];
        if (pattern.empty() || (i && patterns[i - 1].first == pattern)) continue;
        entries.emplace_back(pattern, index);
        first_[static_cast<unsigned char>(pattern.front())] = true;
        only_first_ = pattern.front();
      }
      different_firsts_ = std::count(first_.begin(), first_.end(), true);
      trie_ = Trie(entries);
    }
    bool empty() const { return different_firsts_ == 0; }
    // The first place from `at` on where a token might begin, or end.
    const char* candidate(const char* at, const char* end) const {
      if (different_firsts_ == 0 || at == end) return end;
      if (different_firsts_ == 1) {
        const void* found = std::memchr(at, only_first_, std::size_t(end - at));
        return found ? static_cast<const char*>(found) : end;
      }
      while (at != end && !first_[static_cast<unsigned char>(*at)]) ++at;
      return at;
    }
    Trie::Match longest(const char* at, const char* end) const { return trie_.longest(Trie::root, at, end); }

   private:
    Trie trie_;
    std::array<bool, 256> first_{};
    std::ptrdiff_t different_firsts_ = 0;
    char only_first_ = 0;
  };

  static bool is_word_before(const char* start, const char* at, const CharacterClasses& classes) {
    return at != start && classes.is(decode_before(start, at), word);
  }
  static bool is_word_after(const char* at, const char* end, const CharacterClasses& classes) {
    return at != end && classes.is(decode(at), word);
  }
  static const char* before_space(const char* start, const char* at, const CharacterClasses& classes) {
    while (at != start) {
      const char* before = at;
      if (!classes.is(decode_before(start, before), white_space)) break;
      at = before;
    }
    return at;
  }
  static const char* behind_space(const char* at, const char* end, const CharacterClasses& classes) {
    while (at != end) {
      const char* behind = at;
      if (!classes.is(decode(behind), white_space)) break;
      at = behind;
    }
    return at;
  }

  std::vector<AddedToken> tokens_;
  std::map<std::string, std::size_t, std::less<>> by_content_;
  std::map<std::int32_t, std::size_t> by_id_;
  Matcher as_written_;
  Matcher as_normalized_;
};

}  // namespace encore::text
