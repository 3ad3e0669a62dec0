// SPDX-License-Identifier: Apache-2.0
// UTF-8: reading code points, and texts whose bytes nobody vouches for. What is not UTF-8 becomes U+FFFD, one for each
// maximal subpart (Unicode 15, section 3.9, table 3-8), as Python's bytes.decode(errors="replace") has it.
#pragma once

#include <encore/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace encore::text {

// What stands for bytes that are not UTF-8.
inline constexpr char32_t replacement_character = 0xfffd;

// The code point at p, which moves behind it. The bytes must be valid UTF-8.
inline char32_t decode(const char*& p) {
  const auto byte = [&](int i) { return char32_t(static_cast<unsigned char>(p[i])); };
  const char32_t lead = byte(0);
  if (lead < 0x80) return ++p, lead;
  if (lead < 0xe0) {
    const char32_t c = (lead & 0x1f) << 6 | (byte(1) & 0x3f);
    return p += 2, c;
  }
  if (lead < 0xf0) {
    const char32_t c = (lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    return p += 3, c;
  }
  const char32_t c = (lead & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
  return p += 4, c;
}

// The code point that ends at p, which moves to its beginning. There must be one behind `begin`.
inline char32_t decode_before(const char* begin, const char*& p) {
  do --p;
  while (p != begin && (static_cast<unsigned char>(*p) & 0xc0) == 0x80);
  const char* from = p;
  return decode(from);
}

// Writes c as UTF-8, 1 to 4 bytes, and gives their number.
inline int encode(char32_t c, char* out) {
  if (c < 0x80) return out[0] = char(c), 1;
  if (c < 0x800) {
    out[0] = char(0xc0 | c >> 6);
    out[1] = char(0x80 | (c & 0x3f));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = char(0xe0 | c >> 12);
    out[1] = char(0x80 | (c >> 6 & 0x3f));
    out[2] = char(0x80 | (c & 0x3f));
    return 3;
  }
  out[0] = char(0xf0 | c >> 18);
  out[1] = char(0x80 | (c >> 12 & 0x3f));
  out[2] = char(0x80 | (c >> 6 & 0x3f));
  out[3] = char(0x80 | (c & 0x3f));
  return 4;
}

// Of bytes that are valid UTF-8.
inline std::size_t count_code_points(std::string_view valid) {
  std::size_t count = 0;
  for (const char c : valid) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

// Whether all bytes are below 0x80; eight at a time.
inline bool is_ascii(std::string_view bytes) {
  std::size_t i = 0;
  std::uint64_t seen = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    seen |= word;
  }
  for (; i < bytes.size(); ++i) seen |= static_cast<unsigned char>(bytes[i]);
  return (seen & 0x8080808080808080u) == 0;
}

// One step through bytes that may be anything.
struct Utf8Step {
  int bytes;  // of the character, or of the maximal subpart of an ill-formed one
  bool valid;
};

// `bytes` must not be empty.
inline Utf8Step utf8_step(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xc2 || lead > 0xf4) return {1, false};
  const int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte is where overlong forms, surrogates and what lies beyond U+10FFFF show.
  unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (int i = 1; i < length; ++i) {
    if (std::size_t(i) >= bytes.size() || byte(std::size_t(i)) < low || byte(std::size_t(i)) > high) return {i, false};
    low = 0x80;
    high = 0xbf;
  }
  return {length, true};
}

// Surrogates and overlong forms are not.
inline bool is_valid_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const Utf8Step step = utf8_step(bytes);
    if (!step.valid) return false;
    bytes.remove_prefix(std::size_t(step.bytes));
  }
  return true;
}

// A caller's text as valid UTF-8, and where its code points were. Reusable: set() keeps the memory. It refers to the
// caller's bytes.
class SourceText {
 public:
  // `with_places`: byte_of() will be asked. Throws InputError for 2 GiB and more.
  void set(std::string_view bytes, bool with_places) {
    if (bytes.size() >= std::size_t{1} << 31)
      throw InputError("a text of " + std::to_string(bytes.size()) +
                       " bytes: 2 GiB and more are not tokenized in one piece");
    valid_ = bytes;
    places_.clear();
    ascii_ = is_ascii(bytes);
    if (ascii_ || (!with_places && is_valid_utf8(bytes))) return;

    repaired_.clear();
    std::size_t copied = 0;  // bytes before this one are in repaired_, once anything is
    for (std::size_t at = 0; at < bytes.size();) {
      const Utf8Step step = utf8_step(bytes.substr(at));
      if (with_places) places_.push_back(std::uint32_t(at));
      if (!step.valid) {
        repaired_.append(bytes, copied, at - copied);
        repaired_ += "\xef\xbf\xbd";
        copied = at + std::size_t(step.bytes);
      }
      at += std::size_t(step.bytes);
    }
    if (with_places) places_.push_back(std::uint32_t(bytes.size()));
    if (copied) {
      repaired_.append(bytes, copied);
      valid_ = repaired_;
    }
  }

  // The text as valid UTF-8: the caller's bytes where they are, and whether they are ASCII.
  std::string_view valid() const { return valid_; }
  bool ascii() const { return ascii_; }
  // Where code point i began in the caller's bytes; their number for i = the number of code points.
  std::uint32_t byte_of(std::uint32_t i) const { return ascii_ ? i : places_[i]; }

 private:
  std::string_view valid_;
  std::string repaired_;
  std::vector<std::uint32_t> places_;
  bool ascii_ = true;
};

}  // namespace encore::text
