// SPDX-License-Identifier: Apache-2.0
// A value for every code point: 256 to a page, equal pages once.
#pragma once

#include <encore/config.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace encore::text {

template <class T>
class PagedTable {
 public:
  // Of Unicode, U+0000 to U+10FFFF.
  static constexpr std::size_t code_points = 0x110000;

  // The same value for all.
  PagedTable() : values_(256) {}
  // `all` has a value for each code point.
  explicit PagedTable(const std::vector<T>& all) {
    std::map<std::vector<T>, std::uint16_t> numbers;
    for (std::size_t page = 0; page < pages_.size(); ++page) {
      const auto first = all.begin() + std::ptrdiff_t(page * 256);
      if (page && std::equal(first, first + 256, first - 256)) {
        pages_[page] = pages_[page - 1];
        continue;
      }
      const auto [known, fresh] = numbers.try_emplace({first, first + 256}, std::uint16_t(numbers.size()));
      if (fresh) values_.insert(values_.end(), first, first + 256);
      pages_[page] = known->second;
    }
  }

  // c must be below 0x110000.
  T operator[](char32_t c) const { return values_[std::size_t{pages_[c >> 8]} << 8 | (c & 0xff)]; }
  // The same for a character below U+0100: page 0 is the first.
  T latin(unsigned char c) const { return values_[c]; }

 private:
  std::array<std::uint16_t, code_points / 256> pages_{};
  std::vector<T> values_;
};

}  // namespace encore::text
