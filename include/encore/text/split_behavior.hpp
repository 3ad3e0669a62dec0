// SPDX-License-Identifier: Apache-2.0
// How a text falls into pieces at what a pattern matches: NormalizedString::split of the Hugging Face tokenizers
// library.
#pragma once

#include <encore/text/character_classes.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace encore::text {

// What becomes of a match.
enum class SplitBehavior : std::uint8_t { removed, isolated, merged_with_previous, merged_with_next, contiguous };

// Takes the matches of a pattern and the stretches between them, in order, and appends the pieces to `out`: but for
// those that are empty once close() is called.
class SplitJoiner {
 public:
  // Appends to `out`, what is there already stays.
  SplitJoiner(SplitBehavior behavior, std::vector<ByteRange>& out)
      : behavior_(behavior), out_(out), before_(out.size()) {}

  // The next stretch, and whether it is a match.
  void put(ByteRange range, bool match) {
    bool joins = out_.size() > before_;
    switch (behavior_) {
      case SplitBehavior::removed:
        if (match) return;
        joins = false;
        break;
      case SplitBehavior::isolated: joins = false; break;
      case SplitBehavior::merged_with_previous: joins = joins && match && !after_match_; break;
      case SplitBehavior::merged_with_next: joins = joins && !match && after_match_; break;
      case SplitBehavior::contiguous: joins = joins && match == after_match_; break;
    }
    if (joins)
      out_.back().end = range.end;
    else
      out_.push_back(range);
    after_match_ = match;
  }
  // Drops empty pieces; called once, at the end.
  void close() {
    const auto empty = [](ByteRange piece) { return piece.size() == 0; };
    out_.erase(std::remove_if(out_.begin() + std::ptrdiff_t(before_), out_.end(), empty), out_.end());
  }

 private:
  SplitBehavior behavior_;
  std::vector<ByteRange>& out_;
  std::size_t before_;  // what was in out_
  bool after_match_ = false;
};

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

// Each character of one of the classes is a match.
inline void split_at(int wanted, SplitBehavior behavior, std::string_view text, ByteRange range,
                     const CharacterClasses& classes, std::vector<ByteRange>& out) {
  SplitJoiner joiner(behavior, out);
  std::uint32_t begin = range.begin;  // of what is no match
  for_each_character(text, range, classes, [&](int is, std::uint32_t from, std::uint32_t to) {
    if (!(is & wanted)) return;
    if (begin != from) joiner.put({begin, from}, false);
    joiner.put({from, to}, true);
    begin = to;
  });
  if (begin != range.end) joiner.put({begin, range.end}, false);
}

}  // namespace encore::text
