// SPDX-License-Identifier: Apache-2.0
// Pre-tokenisers: where a normalised text is cut into words, which no token crosses. Semantics are those of the Hugging
// Face tokenizers library (tokenizers/src/pre_tokenizers), whose names they keep.
#pragma once

#include <encore/text/byte_level.hpp>
#include <encore/text/character_classes.hpp>
#include <encore/text/metaspace.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/pattern.hpp>
#include <encore/text/split_behavior.hpp>
#include <encore/text/unicode_scripts.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace encore::text {

// White space divides and goes; each punctuation character is a word.
struct BertPreTokenizer {
  void operator()(std::string_view text, ByteRange range, const CharacterClasses& classes,
                  std::vector<ByteRange>& out) const {
    std::uint32_t begin = range.begin;
    for_each_character(text, range, classes, [&](int is, std::uint32_t from, std::uint32_t to) {
      if (!(is & (white_space | punctuation))) return;
      if (begin != from) out.push_back({begin, from});
      if (!(is & white_space)) out.push_back({from, to});
      begin = to;
    });
    if (begin != range.end) out.push_back({begin, range.end});
  }
};

// The matches of \w+|[^\w\s]+.
struct Whitespace {
  void operator()(std::string_view text, ByteRange range, const CharacterClasses& classes,
                  std::vector<ByteRange>& out) const {
    int kind = white_space;  // of the characters since begin
    std::uint32_t begin = range.begin;
    for_each_character(text, range, classes, [&](int is, std::uint32_t from, std::uint32_t) {
      const int here = is & word ? word : is & white_space;
      if (here == kind) return;
      if (kind != white_space) out.push_back({begin, from});
      kind = here;
      begin = from;
    });
    if (kind != white_space && begin != range.end) out.push_back({begin, range.end});
  }
};

// White space divides and goes.
struct WhitespaceSplit {
  void operator()(std::string_view text, ByteRange range, const CharacterClasses& classes,
                  std::vector<ByteRange>& out) const {
    split_at(white_space, SplitBehavior::removed, text, range, classes, out);
  }
};

// Punctuation divides.
struct Punctuation {
  SplitBehavior behavior = SplitBehavior::isolated;

  void operator()(std::string_view text, ByteRange range, const CharacterClasses& classes,
                  std::vector<ByteRange>& out) const {
    split_at(punctuation, behavior, text, range, classes, out);
  }
};

// Digits, and other characters that are numbers, are words, each by itself or together.
struct Digits {
  bool individual_digits = false;

  void operator()(std::string_view text, ByteRange range, const CharacterClasses& classes,
                  std::vector<ByteRange>& out) const {
    split_at(numeric, individual_digits ? SplitBehavior::isolated : SplitBehavior::contiguous, text, range, classes,
             out);
  }
};

// What a pattern matches divides; or, inverted, what it does not.
struct Split {
  Pattern pattern;
  SplitBehavior behavior = SplitBehavior::isolated;
  bool invert = false;

  void operator()(std::string_view text, ByteRange range, const CharacterClasses& classes,
                  std::vector<ByteRange>& out) const {
    SplitJoiner joiner(behavior, out);
    pattern.for_each_match(text, range, classes,
                           [&](ByteRange piece, bool match) { joiner.put(piece, match != invert); });
    joiner.close();
  }
};

// Steps cut pieces of a text into smaller ones. A step that `rewrites` makes a new text.
using PreTokenizerStep = std::variant<BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Digits, Split,
                                      Gpt2Words, PrefixSpace, Metaspace, UnicodeScripts>;

// Steps in order, each cutting what the one before left; none leaves the text whole.
class PreTokenizer {
 public:
  // Scratch space, to be reused.
  struct Memory {
    std::vector<ByteRange> pieces;
    std::array<NormalizedText, 2> texts;
  };
  PreTokenizer() = default;
  // Steps in order, each within the pieces of the one before.
  explicit PreTokenizer(std::vector<PreTokenizerStep> steps) : steps_(std::move(steps)) {}

  // Whether the text must come with its origins.
  bool needs_origins() const {
    return std::any_of(steps_.begin(), steps_.end(), [](const PreTokenizerStep& step) {
      const auto* metaspace = std::get_if<Metaspace>(&step);
      return metaspace && metaspace->needs_origins();
    });
  }

  // Replaces what is in words, and returns the text that they are parts of: the one given, or one in `memory`. Words
  // are never empty.
  const NormalizedText& operator()(const NormalizedText& text, ByteRange range, const CharacterClasses& classes,
                                   Memory& memory, std::vector<ByteRange>& words) const {
    words.clear();
    if (range.begin != range.end) words.push_back(range);
    const NormalizedText* now = &text;
    for (const auto& step : steps_) {
      words.swap(memory.pieces);
      words.clear();
      std::visit(
          [&](const auto& cut) {
            if constexpr (requires { cut.rewrites; }) {
              NormalizedText& next = memory.texts[now == &memory.texts[0] ? 1 : 0];
              next.clear(text.with_origins(), text.limit());
              cut(*now, memory.pieces, next, words);
              next.require_in_limit();
              now = &next;
            } else {
              for (const ByteRange piece : memory.pieces) cut(now->bytes(), piece, classes, words);
            }
          },
          step);
    }
    return *now;
  }

 private:
  std::vector<PreTokenizerStep> steps_;
};

}  // namespace encore::text
