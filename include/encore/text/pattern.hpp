// SPDX-License-Identifier: Apache-2.0
// The patterns that Split and Replace of tokenizer.json know here: a string, and regular expressions that repeat one
// character or class, which is all that the tokenizers of published encoders use.
#pragma once

#include <encore/text/byte_level.hpp>
#include <encore/text/character_classes.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

class Pattern {
 public:
  static constexpr std::string_view supported_expressions =
      "a string without special characters; one character, \\s, \\p{L} or \\p{N}, alone or with + or {n,}; and the "
      "expression of GPT-2";

  // `text` is not empty, and UTF-8.
  static Pattern literal(std::string text) {
    Pattern pattern;
    pattern.text_ = std::move(text);
    return pattern;
  }
  // Nothing where the expression is not one of the supported ones.
  static std::optional<Pattern> expression(std::string_view regex) {
    Pattern pattern;
    if (regex == gpt2) {
      pattern.kind_ = Kind::gpt2_words;
      return pattern;
    }
    std::string_view rest = regex;
    std::string characters;
    while (!rest.empty()) {
      if (pattern.take_class(rest) || !take_character(rest, characters)) break;
    }
    if (rest.empty() && !characters.empty() && pattern.wanted_ == 0) return literal(characters);
    const bool one = pattern.wanted_ ? characters.empty() : count_code_points(characters) == 1;
    if (!one || !pattern.take_quantifier(rest) || !rest.empty()) return std::nullopt;
    pattern.kind_ = Kind::repeated;
    if (const char* at = characters.data(); !pattern.wanted_) pattern.character_ = decode(at);
    return pattern;
  }

  // Calls each(range, is_match) for the matches and the stretches between them, in order; none is empty.
  template <class Each>
  void for_each_match(std::string_view text, ByteRange range, const CharacterClasses& classes, Each each) const {
    switch (kind_) {
      case Kind::literal: return find_literal(text, range, each);
      case Kind::repeated: return find_repeated(text, range, classes, each);
      case Kind::gpt2_words: break;
    }
    std::vector<ByteRange> words;
    Gpt2Words{}(text, range, classes, words);
    for (const ByteRange word : words) each(word, true);
  }

 private:
  enum class Kind : std::uint8_t { literal, repeated, gpt2_words };
  static constexpr std::string_view gpt2 =
      R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

  bool take_class(std::string_view& rest) {
    static constexpr std::pair<std::string_view, int> known[] = {
        {"\\s", white_space}, {"\\p{L}", letter}, {"\\p{N}", number}};
    for (const auto& [name, wanted] : known) {
      if (!rest.starts_with(name)) continue;
      rest.remove_prefix(name.size());
      wanted_ = wanted;
      return true;
    }
    return false;
  }
  // An ordinary character, or an escaped special one.
  static bool take_character(std::string_view& rest, std::string& characters) {
    static constexpr std::string_view special = "\\^$.|?*+()[]{}";
    const bool escaped = rest.size() > 1 && rest.front() == '\\' && special.find(rest[1]) != special.npos;
    if (escaped) rest.remove_prefix(1);
    if (!escaped && special.find(rest.front()) != special.npos) return false;
    const char* at = rest.data();
    decode(at);
    const auto size = std::size_t(at - rest.data());
    // A quantifier belongs to the last character alone.
    if (!characters.empty() && size < rest.size() && std::string_view("+?*{").find(rest[size]) != special.npos)
      return false;
    characters.append(rest, 0, size);
    rest.remove_prefix(size);
    return true;
  }
  bool take_quantifier(std::string_view& rest) {
    if (rest.empty()) {
      most_ = 1;
      return true;
    }
    if (rest == "+") {
      rest.remove_prefix(1);
      return true;
    }
    if (rest.size() < 4 || rest.front() != '{' || !rest.ends_with(",}") || rest.size() > 6) return false;
    least_ = 0;
    for (const char digit : rest.substr(1, rest.size() - 3)) {
      if (digit < '0' || digit > '9') return false;
      least_ = least_ * 10 + std::size_t(digit - '0');
    }
    rest = {};
    return least_ > 0;
  }

  template <class Each>
  void find_literal(std::string_view text, ByteRange range, Each& each) const {
    std::uint32_t begin = range.begin;
    const std::string_view within = text.substr(0, range.end);
    for (std::size_t at; (at = within.find(text_, begin)) != within.npos;) {
      const auto from = std::uint32_t(at);
      if (begin != from) each(ByteRange{begin, from}, false);
      begin = from + std::uint32_t(text_.size());
      each(ByteRange{from, begin}, true);
    }
    if (begin != range.end) each(ByteRange{begin, range.end}, false);
  }

  template <class Each>
  void find_repeated(std::string_view text, ByteRange range, const CharacterClasses& classes, Each& each) const {
    std::uint32_t begin = range.begin;  // of what is no match
    const char* const start = text.data();
    const char* const end = start + range.end;
    const auto matches = [&](const char*& at) {
      const char32_t c = decode(at);
      return wanted_ ? classes.is(c, wanted_) : c == character_;
    };
    for (const char* at = start + range.begin; at != end;) {
      const char* const from = at;
      std::size_t count = 0;
      while (at != end && count < most_) {
        const char* next = at;
        if (!matches(next)) break;
        at = next;
        ++count;
      }
      if (count == 0) decode(at);
      if (count < least_) continue;
      const auto match = ByteRange{std::uint32_t(from - start), std::uint32_t(at - start)};
      if (begin != match.begin) each(ByteRange{begin, match.begin}, false);
      each(match, true);
      begin = match.end;
    }
    if (begin != range.end) each(ByteRange{begin, range.end}, false);
  }

  Kind kind_ = Kind::literal;
  std::string text_;
  // The repeated character, or one of the classes wanted_.
  char32_t character_ = 0;
  int wanted_ = 0;
  std::size_t least_ = 1;
  std::size_t most_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace encore::text
