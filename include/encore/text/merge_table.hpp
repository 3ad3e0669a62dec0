// SPDX-License-Identifier: Apache-2.0
// Which pairs of tokens byte-pair encoding merges, into what, and in which order: a hash table with linear probing.
#pragma once

#include <encore/config.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace encore::text {

class MergeTable {
 public:
  // The rank of a pair that is not merged.
  static constexpr std::uint32_t none = 0xffffffff;
  // What a pair becomes, and when.
  struct Merge {
    std::uint32_t rank = none;  // lower ones come first
    std::int32_t id = -1;       // of the token that it makes
  };

  MergeTable() : MergeTable(0) {}
  // Room for `count` merges.
  explicit MergeTable(std::size_t count)
      : slots_(std::bit_ceil(2 * count + 2)), shift_(64 - std::countr_zero(slots_.size())) {}

  // A pair that is there gets the new merge.
  void insert(std::int32_t left, std::int32_t right, Merge merge) {
    const std::uint64_t key = key_of(left, right);
    std::size_t at = place(key);
    while (slots_[at].key != empty && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {key, merge};
  }
  // Of rank `none` where the two are not merged.
  Merge find(std::int32_t left, std::int32_t right) const {
    const std::uint64_t key = key_of(left, right);
    for (std::size_t at = place(key); slots_[at].key != empty; at = (at + 1) & (slots_.size() - 1))
      if (slots_[at].key == key) return slots_[at].merge;
    return {};
  }

 private:
  static constexpr std::uint64_t empty = ~std::uint64_t{0};
  struct Slot {
    std::uint64_t key = empty;
    Merge merge;
  };
  static std::uint64_t key_of(std::int32_t left, std::int32_t right) {
    return std::uint64_t(std::uint32_t(left)) << 32 | std::uint32_t(right);
  }
  // Fibonacci hashing (Knuth, volume 3, 6.4).
  std::size_t place(std::uint64_t key) const { return std::size_t((key * 0x9e3779b97f4a7c15u) >> shift_); }

  std::vector<Slot> slots_;
  int shift_;
};

}  // namespace encore::text
