// SPDX-License-Identifier: Apache-2.0
// Extended grapheme clusters (Unicode Standard Annex 29, section 3.1.1), but for regional indicators: no cluster that
// holds one is short enough to matter to Precompiled, which alone asks for clusters.
#pragma once

#include <encore/text/grapheme_ranges.hpp>
#include <encore/text/paged_table.hpp>
#include <encore/text/utf8.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace encore::text {

// Where clusters end, by the rules GB3 to GB11.
class GraphemeClusters {
 public:
  // All objects share one table, made by the first of them.
  GraphemeClusters() : table_(&shared()) {}

  // The end of the cluster that begins at `at`, which is not the end of the text.
  const char* end_of(const char* at, const char* end) const {
    char32_t before = decode(at);
    unsigned is_before = (*table_)[before];
    bool picture = (is_before & pictographic) != 0;  // and what extends it
    // Of an Indic conjunct: 1 behind a consonant, 2 behind a linker too.
    int conjunct = is_before & consonant ? 1 : 0;
    while (at != end) {
      const char* next = at;
      const char32_t c = decode(next);
      const unsigned is = (*table_)[c];
      bool joins = (is & extend) || (is_before & prepend);
      if ((is_before | is) & control) joins = before == '\r' && c == '\n';
      if (is & is_before & hangul) joins = joins || is_syllable_part(before, c);
      if ((is & consonant) && conjunct == 2) joins = true;
      if ((is & pictographic) && picture && before == zero_width_joiner) joins = true;
      if (!joins) break;
      picture = (is & pictographic) || (picture && (is & extend));
      if (is & consonant)
        conjunct = 1;
      else if (conjunct && (is & linker))
        conjunct = 2;
      else if (!(is & conjunct_extend))
        conjunct = 0;
      before = c;
      is_before = is;
      at = next;
    }
    return at;
  }

 private:
  static const PagedTable<std::uint16_t>& shared() {
    static const PagedTable<std::uint16_t> table(all_properties());
    return table;
  }
  static std::vector<std::uint16_t> all_properties() {
    std::vector<std::uint16_t> all(PagedTable<std::uint16_t>::code_points);
    const auto mark = [&](std::span<const CharacterRange> ranges, unsigned what) {
      for (const auto [first, last] : ranges)
        for (char32_t c = first; c <= last; ++c) all[c] = std::uint16_t(all[c] | what);
    };
    mark(extend_characters, extend);
    mark(prepend_characters, prepend);
    mark(control_characters, control);
    mark(pictographic_characters, pictographic);
    mark(consonant_characters, consonant);
    mark(linker_characters, linker);
    mark(conjunct_extend_characters, conjunct_extend);
    for (char32_t c = 0; c < 0x20; ++c) all[c] = control;
    all[0x7f] = control;
    const auto mark_hangul = [&](char32_t first, char32_t last) {
      for (char32_t c = first; c <= last; ++c) all[c] |= hangul;
    };
    mark_hangul(0x1100, 0x11ff);
    mark_hangul(0xa960, 0xa97c);
    mark_hangul(0xac00, 0xd7a3);
    mark_hangul(0xd7b0, 0xd7c6);
    mark_hangul(0xd7cb, 0xd7fb);
    return all;
  }

  enum Property : std::uint8_t {
    extend = 1,
    prepend = 2,
    control = 4,
    pictographic = 8,
    consonant = 16,
    linker = 32,
    conjunct_extend = 64,
    hangul = 128
  };
  static constexpr char32_t zero_width_joiner = 0x200d;

  enum class Jamo : std::uint8_t { leading, vowel, trailing, open, closed };  // open, closed: syllables
  static Jamo jamo(char32_t c) {
    if (c >= 0xac00 && c <= 0xd7a3) return (c - 0xac00) % 28 ? Jamo::closed : Jamo::open;
    if (c < 0x1160 || (c >= 0xa960 && c <= 0xa97c)) return Jamo::leading;
    return c < 0x11a8 || (c >= 0xd7b0 && c <= 0xd7c6) ? Jamo::vowel : Jamo::trailing;
  }
  static bool is_syllable_part(char32_t before, char32_t c) {
    const Jamo next = jamo(c);
    switch (jamo(before)) {
      case Jamo::leading: return next != Jamo::trailing;
      case Jamo::vowel:
      case Jamo::open: return next == Jamo::vowel || next == Jamo::trailing;
      case Jamo::trailing:
      case Jamo::closed: return next == Jamo::trailing;
    }
    return false;
  }

  const PagedTable<std::uint16_t>* table_;
};

}  // namespace encore::text
