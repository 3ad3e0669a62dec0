// SPDX-License-Identifier: Apache-2.0
// Decomposition with canonical ordering (Unicode 15, section 3.11): NFD and NFKD, and the origins that the Hugging Face
// library gives their characters.
#pragma once

#include <encore/text/character_classes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace encore::text {

// Scratch space of CanonicalOrder, to be reused.
struct OrderMemory {
  // A character of a run that is not sorted yet.
  struct Part {
    char32_t character;
    std::uint8_t combining_class;
    bool first;  // of the parts of its source character
  };
  std::vector<Part> parts;
  std::vector<Part> sorted;
  std::vector<std::uint32_t> origins;
  // A character as Transformation takes it.
  struct Change {
    char32_t character;
    std::int64_t change;
  };
  std::vector<Change> waiting;
};

// Sorts memory.parts. Stable and, for the long runs that only hostile texts have, linear.
inline void sort_by_combining_class(OrderMemory& memory) {
  auto& parts = memory.parts;
  if (parts.size() <= 32) {
    for (std::size_t i = 1; i < parts.size(); ++i)
      for (std::size_t k = i; k > 0 && parts[k].combining_class < parts[k - 1].combining_class; --k)
        std::swap(parts[k], parts[k - 1]);
    return;
  }
  std::array<std::size_t, 257> place{};
  for (const auto& part : parts) ++place[part.combining_class + 1u];
  for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
  memory.sorted.resize(parts.size());
  for (const auto& part : parts) memory.sorted[place[part.combining_class]++] = part;
  parts.swap(memory.sorted);
}

// Takes characters one by one and calls put(character, origin) with those of the decomposed text.
//
// Origins: marks that change places do not take their origins with them. After sorting, the first part of each source
// character takes the next source character's origin, every further part that of the last one taken.
template <class Put>
class CanonicalOrder {
 public:
  // `compatibly`: NFKD. `memory` is its own until the end.
  CanonicalOrder(const CharacterClasses& classes, bool compatibly, OrderMemory& memory, Put put)
      : classes_(classes), compatibly_(compatibly), memory_(memory), put_(put) {
    memory_.parts.clear();
    memory_.origins.clear();
  }

  // `changes`: the character is of class `canonical` (`compatible`).
  void add(char32_t c, std::uint32_t origin, bool changes) {
    if (!changes) {
      flush();
      put_(c, origin);
      return;
    }
    bool first = true;
    const auto take = [&](char32_t part) {
      const int combining = classes_.is(part, reordered) ? combining_class(part) : 0;
      if (combining == 0) flush();
      if (memory_.origins.empty()) goes_on_ = !first;
      if (first || memory_.origins.empty()) memory_.origins.push_back(origin);
      memory_.parts.push_back({part, std::uint8_t(combining), first});
      first = false;
    };
    if (classes_.is(c, reordered))
      take(c);
    else
      decompose(c, compatibly_, take);
  }
  // To be called at the end.
  void flush() {
    auto& parts = memory_.parts;
    if (parts.empty()) return;
    sort_by_combining_class(memory_);
    std::size_t taken = goes_on_ ? 1 : 0;
    for (const auto& part : parts) {
      if (part.first) ++taken;
      // A decomposition is sorted in itself, so a first part comes first.
      put_(part.character, memory_.origins[taken - 1]);
    }
    parts.clear();
    memory_.origins.clear();
  }

 private:
  const CharacterClasses& classes_;
  bool compatibly_;
  OrderMemory& memory_;
  Put put_;
  bool goes_on_ = false;  // the run began with a further part of a character whose first part is already put
};

}  // namespace encore::text
