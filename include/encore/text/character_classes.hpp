// SPDX-License-Identifier: Apache-2.0
// What a character is to normalisers and pre-tokenisers, in one look-up; its small letters and its decomposition.
#pragma once

#include <encore/text/character_ranges.hpp>
#include <encore/text/paged_table.hpp>

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace encore::text {

// Bits; a character may be of several classes.
enum CharacterClass : std::uint16_t {
  removed = 1,  // dropped by clean_text
  white_space = 2,
  punctuation = 4,
  nonspacing = 8,    // dropped by BertNormalizer's strip_accents
  other_mark = 16,   // dropped, with the nonspacing ones, by StripAccents
  chinese = 32,      // padded by handle_chinese_chars
  canonical = 64,    // NFD changes it or may move it
  compatible = 128,  // NFKD changes it or may move it
  upper = 256,       // has small letters
  word = 512,        // \w
  reordered = 1024,  // combining class above 0
  letter = 2048,     // \p{L}
  number = 4096,     // \p{N}
  numeric = 8192,    // split off by Digits
};

namespace detail {

// Differences between the characters that the Hugging Face library knows and those that utf8proc 2.8 (Unicode 15) and
// later versions know: the library lowers letters as Rust's standard library does (Unicode 17), but decomposes by
// Unicode 9.
struct LetterRange {
  char32_t first;
  char32_t last;
  std::int32_t step;      // every letter, or every second one
  std::int32_t distance;  // to the small letter
};
inline constexpr LetterRange later_letters[] = {
    {0x1c89, 0x1c89, 1, 1}, {0xa7cb, 0xa7cb, 1, 0x264 - 0xa7cb}, {0xa7cc, 0xa7ce, 2, 1},    {0xa7d2, 0xa7d4, 2, 1},
    {0xa7da, 0xa7da, 1, 1}, {0xa7dc, 0xa7dc, 1, 0x19b - 0xa7dc}, {0x10d50, 0x10d65, 1, 32}, {0x16ea0, 0x16eb8, 1, 27},
};
// Decompositions that the library does not have.
inline constexpr CharacterRange later_canonical[] = {
    {0x105c9, 0x105c9}, {0x105e4, 0x105e4}, {0x11383, 0x11383}, {0x11385, 0x11385},
    {0x1138e, 0x1138e}, {0x11391, 0x11391}, {0x113c5, 0x113c5}, {0x113c7, 0x113c8},
    {0x11938, 0x11938}, {0x16121, 0x16128}, {0x16d68, 0x16d6a},
};
inline constexpr CharacterRange later_compatible[] = {
    {0x32ff, 0x32ff},   {0xa7f1, 0xa7f4},   {0xab69, 0xab69},   {0x10781, 0x10785}, {0x10787, 0x107b0},
    {0x107b2, 0x107ba}, {0x1ccd6, 0x1ccf9}, {0x1e030, 0x1e06d}, {0x1f16c, 0x1f16c}, {0x1fbf0, 0x1fbf9},
};
// As Google's BERT has them: Hangul, kana and later extensions are no "Chinese characters".
inline constexpr CharacterRange chinese_characters[] = {
    {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xf900, 0xfaff},   {0x20000, 0x2a6df},
    {0x2a700, 0x2b73f}, {0x2b740, 0x2b81f}, {0x2b920, 0x2ceaf}, {0x2f800, 0x2fa1f},
};

inline bool within(std::span<const CharacterRange> ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [&](CharacterRange r) { return r.first <= c && c <= r.last; });
}

}  // namespace detail

// The classes of every code point. All objects share one table, made by the first of them in a few milliseconds.
class CharacterClasses {
 public:
  CharacterClasses() : table_(&shared()) {}

  // c must be below 0x110000.
  std::uint16_t operator[](char32_t c) const { return (*table_)[c]; }
  // The same for an ASCII character.
  std::uint16_t ascii(char c) const { return table_->latin(static_cast<unsigned char>(c)); }
  bool is(char32_t c, int classes) const { return ((*this)[c] & classes) != 0; }

 private:
  static const PagedTable<std::uint16_t>& shared() {
    static const PagedTable<std::uint16_t> table(all_classes());
    return table;
  }
  static std::vector<std::uint16_t> all_classes() {
    std::vector<std::uint16_t> all(PagedTable<std::uint16_t>::code_points);
    const auto mark = [&](std::span<const CharacterRange> ranges, int classes) {
      for (const auto [first, last] : ranges)
        for (char32_t c = first; c <= last; ++c) all[c] = std::uint16_t(all[c] | classes);
    };
    mark(removed_characters, removed);
    mark(white_space_characters, white_space);
    mark(punctuation_characters, punctuation);
    mark(nonspacing_characters, nonspacing);
    mark(other_mark_characters, other_mark);
    mark(reordered_characters, canonical | compatible | reordered);
    mark(word_characters, word);
    mark(letter_characters, letter);
    mark(number_characters, number);
    mark(numeric_characters, numeric);
    mark(detail::chinese_characters, chinese);
    // Nothing else has small letters or decompositions in any version of Unicode; ideographs are passed over.
    mark_letters(0x80, 0x3400, all);
    mark_letters(0xa000, 0xac00, all);
    mark_letters(0xf900, 0x1fc00, all);
    mark_letters(0x2f800, 0x2fb00, all);
    for (char32_t c = 0xac00; c < 0xac00 + 11172; ++c) all[c] |= canonical | compatible;  // Hangul syllables
    for (char32_t c = 'A'; c <= 'Z'; ++c) all[c] |= upper;
    for (const auto& letters : detail::later_letters)
      for (char32_t c = letters.first; c <= letters.last; c += char32_t(letters.step)) all[c] |= upper;
    return all;
  }
  static void mark_letters(char32_t first, char32_t end, std::vector<std::uint16_t>& all) {
    for (char32_t c = first; c < end; ++c) {
      const auto& property = *utf8proc_get_property(std::int32_t(c));
      if (property.lowercase_seqindex != UINT16_MAX) all[c] |= upper;
      if (property.decomp_seqindex == UINT16_MAX) continue;
      const bool canonically = property.decomp_type == 0;
      if (canonically && !detail::within(detail::later_canonical, c)) all[c] |= canonical | compatible;
      if (!canonically && !detail::within(detail::later_compatible, c)) all[c] |= compatible;
    }
  }

  const PagedTable<std::uint16_t>* table_;
};

// Calls put(c) for each of the small letters of a character of class `upper`. They do not depend on what is around it.
template <class Put>
void lower(char32_t c, Put put) {
  if (c == 0x130) {  // the one letter with two
    put(U'i');
    put(char32_t{0x307});
    return;
  }
  if (c >= 0x1c89)
    for (const auto& letters : detail::later_letters)
      if (c >= letters.first && c <= letters.last) return put(char32_t(std::int32_t(c) + letters.distance));
  put(char32_t(utf8proc_tolower(std::int32_t(c))));
}

// Calls put(c) for each character of the full decomposition of one of class `canonical` (or, with `compatibly`, of
// class `compatible`), in the order of the decomposition mapping.
template <class Put>
void decompose(char32_t c, bool compatibly, Put put) {
  if (c >= 0xac00 && c < 0xac00 + 11172) {  // Unicode 15, section 3.12
    const char32_t index = c - 0xac00;
    put(0x1100 + index / 588);
    put(0x1161 + index % 588 / 28);
    if (index % 28) put(0x11a7 + index % 28);
    return;
  }
  std::array<std::int32_t, 32> parts{};  // the longest, of U+FDFA, has 18
  int last_class = 0;
  const auto options = utf8proc_option_t(UTF8PROC_DECOMPOSE | (compatibly ? UTF8PROC_COMPAT : 0));
  const auto count = utf8proc_decompose_char(std::int32_t(c), parts.data(), std::ssize(parts), options, &last_class);
  if (count <= 0 || count > std::ssize(parts)) return put(c);
  for (int i = 0; i < count; ++i) put(char32_t(parts[std::size_t(i)]));
}

// The canonical combining class of a character of class `reordered`.
inline int combining_class(char32_t c) { return utf8proc_get_property(std::int32_t(c))->combining_class; }

}  // namespace encore::text
