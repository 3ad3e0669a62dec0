// SPDX-License-Identifier: Apache-2.0
// Pre-tokenisers: where a normalised text is cut into words, which no token crosses. Semantics are those of the Hugging
// Face tokenizers library (tokenizers/src/pre_tokenizers), whose names they keep.
#pragma once

#include <encore/text/character_classes.hpp>
#include <encore/text/normalized_text.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace encore::text {

// Walks a range and calls each(classes, begin, end) for its characters, begin and end in bytes of the whole text.
template <class Each>
void for_each_character(std::string_view text, ByteRange range, const CharacterClasses& classes, Each each) {
  const char* const start = text.data();
  const char* const end = start + range.end;
  for (const char* at = start + range.begin; at != end;) {
    const char* const begin = at;
    const auto is = static_cast<unsigned char>(*at) < 0x80 ? classes.ascii(*at++) : classes[decode(at)];
    each(is, std::uint32_t(begin - start), std::uint32_t(at - start));
  }
}

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
    std::uint32_t begin = range.begin;
    for_each_character(text, range, classes, [&](int is, std::uint32_t from, std::uint32_t to) {
      if (!(is & white_space)) return;
      if (begin != from) out.push_back({begin, from});
      begin = to;
    });
    if (begin != range.end) out.push_back({begin, range.end});
  }
};

// What becomes of the character that divides.
enum class SplitBehavior : std::uint8_t { removed, isolated, merged_with_previous, merged_with_next, contiguous };

// Punctuation divides.
struct Punctuation {
  SplitBehavior behavior = SplitBehavior::isolated;

  void operator()(std::string_view text, ByteRange range, const CharacterClasses& classes,
                  std::vector<ByteRange>& out) const {
    std::uint32_t begin = range.begin;  // of the piece that grows
    bool after_mark = false;            // the character before was punctuation
    const auto cut = [&](std::uint32_t at) {
      if (begin != at) out.push_back({begin, at});
      begin = at;
    };
    for_each_character(text, range, classes, [&](int is, std::uint32_t from, std::uint32_t to) {
      const bool mark = (is & punctuation) != 0;
      switch (behavior) {
        case SplitBehavior::removed:
          if (mark) {
            cut(from);
            begin = to;
          }
          break;
        case SplitBehavior::isolated:
          if (mark) {
            cut(from);
            cut(to);
          }
          break;
        case SplitBehavior::merged_with_previous:
          if (mark) cut(after_mark ? from : to);
          if (mark && after_mark) cut(to);
          break;
        case SplitBehavior::merged_with_next:
          if (mark) cut(from);
          break;
        case SplitBehavior::contiguous:
          if (mark != after_mark) cut(from);
          break;
      }
      after_mark = mark;
    });
    cut(range.end);
  }
};

using PreTokenizerStep = std::variant<BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation>;

// Steps in order, each cutting what the one before left; none leaves the text whole.
class PreTokenizer {
 public:
  PreTokenizer() = default;
  explicit PreTokenizer(std::vector<PreTokenizerStep> steps) : steps_(std::move(steps)) {}

  // Replaces what is in words. `spare` is scratch space. Words are never empty.
  void operator()(std::string_view text, ByteRange range, const CharacterClasses& classes,
                  std::vector<ByteRange>& words, std::vector<ByteRange>& spare) const {
    words.clear();
    if (range.begin != range.end) words.push_back(range);
    for (const auto& step : steps_) {
      words.swap(spare);
      words.clear();
      std::visit(
          [&](const auto& cut) {
            for (const ByteRange piece : spare) cut(text, piece, classes, words);
          },
          step);
    }
  }

 private:
  std::vector<PreTokenizerStep> steps_;
};

}  // namespace encore::text
