// SPDX-License-Identifier: Apache-2.0
// The words of byte-level models: ByteLevel of the Hugging Face tokenizers library, after GPT-2 (Radford et al. 2019).
// The bytes stay as they are: BytePairEncoding knows which character of its vocabulary stands for which.
#pragma once

#include <encore/text/character_classes.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace encore::text {

// Puts a space before every piece that does not begin with one (add_prefix_space).
struct PrefixSpace {
  static constexpr bool rewrites = true;

  void operator()(const NormalizedText& text, std::span<const ByteRange> pieces, NormalizedText& out,
                  std::vector<ByteRange>& words) const {
    for (const ByteRange piece : pieces) {
      const std::uint32_t begin = out.size();
      if (text.bytes()[piece.begin] != ' ') out.put(U' ', text.with_origins() ? text.origin(piece.begin) : 0);
      out.put(text.view(piece));
      words.push_back({begin, out.size()});
    }
  }
};

// The matches of 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+, which leave nothing out.
struct Gpt2Words {
  void operator()(std::string_view text, ByteRange range, const CharacterClasses& classes,
                  std::vector<ByteRange>& out) const {
    const char* const start = text.data();
    const char* const end = start + range.end;
    for (const char* at = start + range.begin; at != end;) {
      const char* const begin = at;
      if (*at == '\'') at += contraction(at, end);
      if (at == begin) {
        if (*at == ' ' && at + 1 != end && kind(at + 1, classes) != white_space) ++at;
        const int first = take(at, classes);
        const char* last = begin;  // the character before `at`, as far as a run of white space goes
        while (at != end) {
          const char* const next = at;
          if (take(at, classes) != first) {
            at = next;
            break;
          }
          last = next;
        }
        // The last of several spaces is left to what follows.
        if (first == white_space && at != end && last != begin) at = last;
      }
      out.push_back({std::uint32_t(begin - start), std::uint32_t(at - start)});
    }
  }

 private:
  // letter, number, white_space or 0.
  static int kind_of(int is) { return is & letter ? letter : is & (number | white_space); }
  static int take(const char*& at, const CharacterClasses& classes) {
    return kind_of(static_cast<unsigned char>(*at) < 0x80 ? classes.ascii(*at++) : classes[decode(at)]);
  }
  static int kind(const char* at, const CharacterClasses& classes) { return take(at, classes); }

  // The bytes of a contraction that begins with the apostrophe at `at`, or 0.
  static std::ptrdiff_t contraction(const char* at, const char* end) {
    if (end - at < 2) return 0;
    const char first = at[1];
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
    if (end - at < 3) return 0;
    const char second = at[2];
    const bool long_one =
        (first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l');
    return long_one ? 3 : 0;
  }
};

}  // namespace encore::text
