// SPDX-License-Identifier: Apache-2.0
// The printable characters that stand for bytes in the vocabularies of byte-level models (Radford et al. 2019, GPT-2):
// a byte that is a printable Latin-1 character stands for itself, the others, in order, are U+0100 and what follows.
#pragma once

#include <encore/text/utf8.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace encore::text {

// Whether the byte is a printable character of Latin-1 and no space.
constexpr bool stands_for_itself(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte != 0xad);
}

// By byte, the character that stands for it.
inline constexpr std::array<char32_t, 256> byte_characters = [] {
  std::array<char32_t, 256> characters{};
  char32_t next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) characters[byte] = stands_for_itself(byte) ? byte : next++;
  return characters;
}();
// U+0120.
inline constexpr char32_t space_character = byte_characters[' '];

// The bytes that a token of a byte-level vocabulary stands for; nothing where a character stands for none. `token` is
// valid UTF-8.
inline std::optional<std::string> bytes_of_token(std::string_view token) {
  static constexpr auto bytes = [] {
    std::array<std::int16_t, 0x144> table{};
    for (auto& byte : table) byte = -1;
    for (unsigned byte = 0; byte < 256; ++byte) table[byte_characters[byte]] = std::int16_t(byte);
    return table;
  }();
  std::string result;
  for (const char* at = token.data(); at != token.data() + token.size();) {
    const char32_t c = decode(at);
    if (c >= bytes.size() || bytes[c] < 0) return std::nullopt;
    result += char(bytes[c]);
  }
  return result;
}

}  // namespace encore::text
