// SPDX-License-Identifier: Apache-2.0
// precompiled_charsmap of SentencePiece: rules from strings to strings, in a double array of Darts-clone.
// github.com/google/sentencepiece/blob/v0.2.0/src/normalizer.cc, github.com/s-yata/darts-clone.
#pragma once

#include <encore/core/error.hpp>
#include <encore/text/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace encore::text {

class Charsmap {
 public:
  Charsmap() = default;  // no rules
  // Throws FileError, beginning with `source`, for what is cut short or whose strings are not UTF-8.
  Charsmap(std::string_view blob, const std::string& source) {
    const auto fail = [&](const char* message) { throw FileError(source + ": the precompiled charsmap " + message); };
    if (blob.empty()) return;
    if (blob.size() < 4) fail("is cut short");
    const std::uint32_t size = little_endian(blob.data());
    if (size % 4 != 0 || size > blob.size() - 4) fail("says that it is longer than it is");
    units_.resize(size / 4);
    for (std::size_t i = 0; i < units_.size(); ++i) units_[i] = little_endian(blob.data() + 4 + 4 * i);
    strings_ = blob.substr(4 + size);
    if (!is_valid_utf8(strings_)) fail("holds what is not UTF-8");
  }

  // Whether there are no rules.
  bool empty() const { return units_.empty(); }

  // What a text's beginning is replaced by.
  struct Match {
    std::size_t length = 0;  // of the rule's key; 0: there is none
    std::string_view replacement = {};
  };
  // Of the rules whose key the text begins with, the one with the shortest key, or the longest. Keys have no NUL.
  Match shortest(std::string_view text) const { return find(text, true); }
  Match longest(std::string_view text) const { return find(text, false); }

 private:
  static std::uint32_t little_endian(const char* bytes) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }

  Match find(std::string_view text, bool first) const {
    Match best;
    if (units_.empty()) return best;
    std::size_t node = offset(units_[0]);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      node ^= byte;
      if (byte == 0 || node >= units_.size()) break;
      const std::uint32_t unit = units_[node];
      if ((unit & 0x800000ff) != byte) break;
      node ^= offset(unit);
      if (!(unit >> 8 & 1) || node >= units_.size()) continue;
      const std::size_t at = units_[node] & 0x7fffffff;
      // What does not point at the beginning of a character is no rule.
      if (at > strings_.size() || (at < strings_.size() && (static_cast<unsigned char>(strings_[at]) & 0xc0) == 0x80))
        continue;
      best = {i + 1, std::string_view(strings_).substr(at)};
      if (first) break;
    }
    if (best.length) best.replacement = best.replacement.substr(0, best.replacement.find('\0'));
    return best;
  }
  static std::size_t offset(std::uint32_t unit) { return std::size_t(unit >> 10) << ((unit & 512) >> 6); }

  std::vector<std::uint32_t> units_;
  std::string strings_;  // each ends with a NUL
};

}  // namespace encore::text
