// SPDX-License-Identifier: Apache-2.0
// What Split and Replace of tokenizer.json look for: a string, or a regular expression. The expressions of most
// published tokenizers repeat one character or class, or are GPT-2's: those have code of their own, all others are
// PCRE2's to run.
#pragma once

#include <encore/text/byte_level.hpp>
#include <encore/text/character_classes.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/regular_expression.hpp>
#include <encore/text/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace encore::text {

// A string, which is not empty.
struct LiteralPattern {
  std::string text;

  // Calls each(range, whether it is a match) for stretches that together are `range`, in order.
  template <class Each>
  void for_each_match(std::string_view whole, ByteRange range, const CharacterClasses&, Each& each) const {
    std::uint32_t begin = range.begin;
    const std::string_view within = whole.substr(0, range.end);
    for (std::size_t at; (at = within.find(text, begin)) != within.npos;) {
      const auto from = std::uint32_t(at);
      if (begin != from) each(ByteRange{begin, from}, false);
      begin = from + std::uint32_t(text.size());
      each(ByteRange{from, begin}, true);
    }
    if (begin != range.end) each(ByteRange{begin, range.end}, false);
  }
};

// One character, or any of one of the classes \s, \p{L} and \p{N}, at least and at most so many times.
struct RepeatedPattern {
  char32_t character = 0;
  int wanted = 0;  // a CharacterClass; 0: the character
  std::size_t least = 1;
  std::size_t most = std::numeric_limits<std::size_t>::max();

  // Nothing where the expression says something else.
  static std::optional<RepeatedPattern> parse(std::string_view expression) {
    RepeatedPattern pattern;
    static constexpr std::pair<std::string_view, int> classes[] = {
        {"\\s", white_space}, {"\\p{L}", letter}, {"\\p{N}", number}};
    for (const auto& [name, wanted] : classes)
      if (expression.starts_with(name)) {
        pattern.wanted = wanted;
        expression.remove_prefix(name.size());
        break;
      }
    if (!pattern.wanted) {
      if (expression.empty() || std::string_view("\\^$.|?*+()[]{}").find(expression.front()) != expression.npos)
        return std::nullopt;
      const char* at = expression.data();
      pattern.character = decode(at);
      expression.remove_prefix(std::size_t(at - expression.data()));
    }
    if (expression.empty())
      pattern.most = 1;
    else if (expression.size() == 4 && expression[0] == '{' && expression[1] >= '1' && expression[1] <= '9' &&
             expression.ends_with(",}"))
      pattern.least = std::size_t(expression[1] - '0');
    else if (expression != "+")
      return std::nullopt;
    return pattern;
  }

  // Calls each(range, whether it is a match) for stretches that together are `range`, in order.
  template <class Each>
  void for_each_match(std::string_view text, ByteRange range, const CharacterClasses& classes, Each& each) const {
    std::uint32_t begin = range.begin;  // of what is no match
    const char* const start = text.data();
    const char* const end = start + range.end;
    const auto matches = [&](const char*& at) {
      const char32_t c = decode(at);
      return wanted ? classes.is(c, wanted) : c == character;
    };
    for (const char* at = start + range.begin; at != end;) {
      const char* const from = at;
      std::size_t count = 0;
      while (at != end && count < most) {
        const char* next = at;
        if (!matches(next)) break;
        at = next;
        ++count;
      }
      if (count == 0) decode(at);
      if (count < least) continue;
      const auto match = ByteRange{std::uint32_t(from - start), std::uint32_t(at - start)};
      if (begin != match.begin) each(ByteRange{begin, match.begin}, false);
      each(match, true);
      begin = match.end;
    }
    if (begin != range.end) each(ByteRange{begin, range.end}, false);
  }
};

// GPT-2's expression, all of whose matches are words.
struct Gpt2Pattern {
  static constexpr std::string_view expression =
      R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

  // Calls each(range, true): together the matches are `range`.
  template <class Each>
  void for_each_match(std::string_view text, ByteRange range, const CharacterClasses& classes, Each& each) const {
    std::vector<ByteRange> words;
    Gpt2Words{}(text, range, classes, words);
    for (const ByteRange word : words) each(word, true);
  }
};

// Any other expression. What is outside the range does not exist for it: no assertion sees it.
struct RegexPattern {
  std::shared_ptr<const RegularExpression> expression;

  // Calls each(range, whether it is a match) for stretches that together are `range`. Throws as RegularExpression does.
  template <class Each>
  void for_each_match(std::string_view text, ByteRange range, const CharacterClasses&, Each& each) const {
    expression->for_each_match(text.substr(range.begin, range.size()), [&](ByteRange found, bool match) {
      each(ByteRange{range.begin + found.begin, range.begin + found.end}, match);
    });
  }
};

class Pattern {
 public:
  // `text` is not empty, and UTF-8.
  static Pattern literal(std::string text) { return Pattern(LiteralPattern{std::move(text)}); }
  // Throws UnsupportedError, beginning with `source`, for what is no expression.
  static Pattern expression(std::string_view regex, const std::string& source) {
    if (regex == Gpt2Pattern::expression) return Pattern(Gpt2Pattern{});
    if (const auto repeated = RepeatedPattern::parse(regex)) return Pattern(*repeated);
    return Pattern(RegexPattern{std::make_shared<const RegularExpression>(regex, source)});
  }

  // Calls each(range, is_match) for the matches and the stretches between them, in order. Stretches are not empty;
  // matches may be.
  template <class Each>
  void for_each_match(std::string_view text, ByteRange range, const CharacterClasses& classes, Each each) const {
    std::visit([&](const auto& kind) { kind.for_each_match(text, range, classes, each); }, kind_);
  }

 private:
  using Kind = std::variant<LiteralPattern, RepeatedPattern, Gpt2Pattern, RegexPattern>;
  explicit Pattern(Kind kind) : kind_(std::move(kind)) {}
  Kind kind_;
};

}  // namespace encore::text
