// SPDX-License-Identifier: Apache-2.0
// Canonical composition (Unicode 15, section 3.11): NFC and NFKC, and the origins that the Hugging Face library gives
// their characters (unicode-normalization-alignments, which composes as Unicode 9 does).
#pragma once

#include <encore/text/canonical_order.hpp>
#include <encore/text/character_classes.hpp>
#include <encore/text/paged_table.hpp>
#include <encore/text/transformation.hpp>

#include <utf8proc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace encore::text {

// Which characters compose, and which may be passed over.
class CompositionTable {
 public:
  // The only one there is, made by the first call in some milliseconds.
  static const CompositionTable& shared() {
    static const CompositionTable table{CharacterClasses()};
    return table;
  }

  // Whether a character may change, or join or pass one before it.
  bool moves(char32_t c, bool with_compatibility) const {
    return (moving_[c] & (with_compatibility ? compatibly : canonically)) != 0;
  }
  // The composite of two characters, or 0.
  char32_t compose(char32_t first, char32_t second) const {
    if (first >= 0x1100 && first < 0x1113 && second >= 0x1161 && second < 0x1176)
      return 0xac00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28;
    if (first >= 0xac00 && first < 0xac00 + 11172 && (first - 0xac00) % 28 == 0 && second > 0x11a7 && second < 0x11c3)
      return first + (second - 0x11a7);
    const auto wanted = key(first, second);
    const auto found = std::lower_bound(pairs_.begin(), pairs_.end(), std::pair(wanted, char32_t{0}));
    return found != pairs_.end() && found->first == wanted ? found->second : 0;
  }

 private:
  static constexpr std::uint16_t canonically = 1;
  static constexpr std::uint16_t compatibly = 2;

  explicit CompositionTable(const CharacterClasses& classes) {
    std::vector<std::uint16_t> moving(0x110000);
    for (char32_t c = 0; c < 0x110000; ++c)
      if (classes.is(c, reordered)) moving[c] = canonically | compatibly;
    std::map<std::vector<char32_t>, char32_t> composites;  // by full decomposition
    for_each_decomposing(classes, canonical, [&](char32_t c) {
      auto parts = decomposed(c, false);
      if (!is_composite(c, parts) || classes.is(c, reordered) || classes.is(parts.front(), reordered))
        moving[c] = canonically | compatibly;
      else
        composites.emplace(std::move(parts), c);
    });
    for (const auto& [parts, composite] : composites) {
      char32_t first = parts.front();
      if (parts.size() > 2) {
        const auto found = composites.find({parts.begin(), parts.end() - 1});
        if (found == composites.end()) continue;
        first = found->second;
      }
      pairs_.push_back({key(first, parts.back()), composite});
      moving[parts.back()] = canonically | compatibly;
    }
    std::sort(pairs_.begin(), pairs_.end());
    for (char32_t c = 0x1161; c < 0x1176; ++c) moving[c] = canonically | compatibly;  // vowels of Hangul
    for (char32_t c = 0x11a8; c < 0x11c3; ++c) moving[c] = canonically | compatibly;  // trailing consonants
    for (const auto& [parts, composite] : composites)
      if (moving[parts.front()]) moving[composite] = canonically | compatibly;
    for_each_decomposing(classes, compatible, [&](char32_t c) {
      if (decomposed(c, false) != decomposed(c, true)) moving[c] |= compatibly;
    });
    moving_ = PagedTable<std::uint16_t>(moving);
  }

  static std::uint64_t key(char32_t first, char32_t second) { return std::uint64_t{first} << 32 | second; }
  static std::vector<char32_t> decomposed(char32_t c, bool with_compatibility) {
    std::vector<char32_t> parts;
    decompose(c, with_compatibility, [&](char32_t part) { parts.push_back(part); });
    return parts;
  }
  // Whether the parts become the character again: not so singletons and excluded ones (Unicode 15, section 3.11, D112).
  static bool is_composite(char32_t c, const std::vector<char32_t>& parts) {
    std::vector<std::int32_t> composed(parts.begin(), parts.end());
    const auto options = utf8proc_option_t(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    return utf8proc_normalize_utf32(composed.data(), std::ssize(composed), options) == 1 &&
           char32_t(composed.front()) == c;
  }
  template <class Each>
  static void for_each_decomposing(const CharacterClasses& classes, int kind, Each each) {
    for (char32_t c = 0; c < 0x110000; ++c) {
      if (!classes.is(c, kind) || (c >= 0xac00 && c < 0xac00 + 11172)) continue;
      if (utf8proc_get_property(std::int32_t(c))->decomp_seqindex != UINT16_MAX) each(c);
    }
  }

  std::vector<std::pair<std::uint64_t, char32_t>> pairs_;
  PagedTable<std::uint16_t> moving_;
};

// Calls each(character, combining class, change) for the characters of NFD or NFKD, `change` as Transformation takes
// it.
template <class Each>
void ordered_decomposition(const TextView& view, const CharacterClasses& classes, bool compatibly, OrderMemory& memory,
                           Each each) {
  auto& parts = memory.parts;
  parts.clear();
  const auto flush = [&] {
    sort_by_combining_class(memory);
    for (const auto& part : parts) each(part.character, int(part.combining_class), part.first ? 0 : 1);
    parts.clear();
  };
  for (TextCursor in(view); !in.done();) {
    bool first = true;
    const auto take = [&](char32_t part) {
      const int combining = classes.is(part, reordered) ? combining_class(part) : 0;
      if (combining == 0) flush();
      parts.push_back({part, std::uint8_t(combining), first});
      first = false;
    };
    const char32_t c = in.take();
    if (classes.is(c, compatibly ? compatible : canonical) && !classes.is(c, reordered))
      decompose(c, compatibly, take);
    else
      take(c);
  }
  flush();
}

// NFC and, compatibly, NFKC.
class Composition {
 public:
  // `compatibly`: NFKC. All objects share one table, made by the first of them.
  explicit Composition(bool compatibly) : compatibly_(compatibly), table_(&CompositionTable::shared()) {}

  void operator()(const TextView& view, const CharacterClasses& classes, OrderMemory& memory,
                  NormalizedText& out) const {
    const CompositionTable& table = *table_;
    for (TextCursor in(view); !in.done();) {
      copy_ascii(in, out, [&](const char* next) { return !table.moves(decode(next), compatibly_); });
      if (in.done()) break;
      // A stretch: a character, and what may join or pass it. Others begin anew.
      TextView stretch = in.rest();
      bool still = !table.moves(in.take(), compatibly_);
      for (const char* next = in.position(); !in.done(); next = in.position()) {
        if (!table.moves(decode(next), compatibly_)) break;
        still = false;
        in.take();
      }
      stretch.bytes = stretch.bytes.substr(0, std::size_t(in.position() - stretch.bytes.data()));
      if (still)
        out.put(stretch);
      else
        compose(stretch, classes, memory, out);
    }
  }

 private:
  void compose(const TextView& stretch, const CharacterClasses& classes, OrderMemory& memory,
               NormalizedText& out) const {
    Transformation transformation(stretch, out);
    bool composing = false;
    OrderMemory::Change base{};
    std::vector<OrderMemory::Change>& waiting = memory.waiting;  // marks behind the base that do not join it
    waiting.clear();
    int last_class = -1;  // of the last of them
    const auto flush = [&] {
      if (composing) transformation.put(base.character, base.change);
      for (const auto& mark : waiting) transformation.put(mark.character, mark.change);
      waiting.clear();
      last_class = -1;
    };
    ordered_decomposition(stretch, classes, compatibly_, memory, [&](char32_t c, int combining, int change) {
      if (!composing && combining != 0) return transformation.put(c, change);
      if (composing && last_class < combining) {
        if (const char32_t composite = table_->compose(base.character, c)) {
          base = {composite, base.change + change - 1};
          return;
        }
      }
      if (combining == 0) {
        flush();
        base = {c, change};
        composing = true;
        return;
      }
      waiting.push_back({c, change});
      last_class = combining;
    });
    flush();
  }

  bool compatibly_;
  const CompositionTable* table_;
};

}  // namespace encore::text
