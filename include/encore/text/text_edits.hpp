// SPDX-License-Identifier: Apache-2.0
// Normalisers that put in, take out or exchange characters: Replace, Prepend, Strip, Nmt and ByteLevel of the Hugging
// Face tokenizers library (tokenizers/src/normalizers), with the origins that it gives.
#pragma once

#include <encore/text/byte_alphabet.hpp>
#include <encore/text/canonical_order.hpp>
#include <encore/text/character_classes.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/pattern.hpp>
#include <encore/text/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace encore::text {

// `content`, which is UTF-8, takes the place of every match. All of it comes from the last character of the match, or,
// of one that is empty, from the character before it.
struct Replace {
  Pattern pattern;
  std::string content;

  void operator()(const TextView& view, const CharacterClasses& classes, OrderMemory&, NormalizedText& out) const {
    if (view.bytes.empty()) return;
    TextCursor in(view);
    std::uint32_t before = in.origin();
    pattern.for_each_match(view.bytes, {0, std::uint32_t(view.bytes.size())}, classes,
                           [&](ByteRange range, bool match) {
                             const TextView stretch = in.take_bytes(range.size());
                             if (out.with_origins() && range.size()) before = stretch.last_origin();
                             match ? out.put(content, before) : out.put(stretch);
                           });
  }
};

// Puts `content` before a text that is not empty.
struct Prepend {
  std::string content;

  void operator()(const TextView& view, const CharacterClasses&, OrderMemory&, NormalizedText& out) const {
    if (view.bytes.empty()) return;
    out.put(content, TextCursor(view).origin());
    out.put(view);
  }
};

// Drops white space at the ends.
struct Strip {
  bool left = true;
  bool right = true;

  void operator()(const TextView& view, const CharacterClasses& classes, OrderMemory&, NormalizedText& out) const {
    TextCursor in(view);
    const char* const end = in.end();
    while (left && !in.done()) {
      const char* at = in.position();
      if (!classes.is(decode(at), white_space)) break;
      in.take();
    }
    const char* last = end;
    while (right && last != in.position()) {
      const char* before = last;
      if (!classes.is(decode_before(in.position(), before), white_space)) break;
      last = before;
    }
    out.put(in.take_bytes(std::size_t(last - in.position())));
  }
};

// SentencePiece's rules for machine translation: some control characters go, others become spaces.
struct Nmt {
  void operator()(const TextView& view, const CharacterClasses&, OrderMemory&, NormalizedText& out) const {
    for (TextCursor in(view); !in.done();) {
      const std::uint32_t origin = in.origin();
      const char32_t c = in.take();
      if (!dropped(c)) out.put(becomes_space(c) ? U' ' : c, origin);
    }
  }

 private:
  static bool dropped(char32_t c) {
    return (c >= 0x1 && c <= 0x8) || c == 0xb || (c >= 0xe && c <= 0x1f) || c == 0x7f || c == 0x8f || c == 0x9f;
  }
  static bool becomes_space(char32_t c) {
    switch (c) {
      case 0x9:
      case 0xa:
      case 0xc:
      case 0xd:
      case 0x1680:
      case 0x2028:
      case 0x2029:
      case 0x2581:
      case 0xfeff:
      case 0xfffd: return true;
      default: return c >= 0x200b && c <= 0x200f;
    }
  }
};

// Every byte becomes the character that stands for it.
struct ByteCharacters {
  void operator()(const TextView& view, const CharacterClasses&, OrderMemory&, NormalizedText& out) const {
    for (TextCursor in(view); !in.done();) {
      const std::uint32_t origin = in.origin();
      const char* const begin = in.position();
      in.take();
      for (const char* at = begin; at != in.position(); ++at)
        out.put(byte_characters[static_cast<unsigned char>(*at)], origin);
    }
  }
};

}  // namespace encore::text
