// SPDX-License-Identifier: Apache-2.0
// UnicodeScripts of the Hugging Face tokenizers library (tokenizers/src/pre_tokenizers/unicode_scripts): a text is cut
// where the script changes, after SentencePiece's rule of the same purpose. Kana count as Han.
#pragma once

#include <encore/text/character_classes.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/script_ranges.hpp>
#include <encore/text/utf8.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

namespace encore::text {

// What comes before the first character that has a script is dropped, as the library drops it.
struct UnicodeScripts {
  void operator()(std::string_view text, ByteRange range, const CharacterClasses&, std::vector<ByteRange>& out) const {
    const char* const start = text.data();
    const char* const end = start + range.end;
    std::uint8_t last = 0;
    std::uint32_t begin = 0;
    for (const char* at = start + range.begin; at != end;) {
      const auto from = std::uint32_t(at - start);
      const std::uint8_t script = script_of(decode(at));
      if (!script || script == last) continue;
      if (last) out.push_back({begin, from});
      last = script;
      begin = from;
    }
    if (last) out.push_back({begin, range.end});
  }

 private:
  static std::uint8_t script_of(char32_t c) {
    const auto after = std::upper_bound(std::begin(script_ranges), std::end(script_ranges), c,
                                        [](char32_t one, const ScriptRange& other) { return one < other.first; });
    return std::prev(after)->script;
  }
};

}  // namespace encore::text
