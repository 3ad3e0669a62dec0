// SPDX-License-Identifier: Apache-2.0
// Spaces become a visible character, which begins words: Metaspace of the Hugging Face tokenizers library, after
// SentencePiece (Kudo & Richardson 2018).
#pragma once

#include <encore/text/normalized_text.hpp>
#include <encore/text/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace encore::text {

class Metaspace {
 public:
  // Pieces come out as another text, not as ranges of the old one.
  static constexpr bool rewrites = true;

  // Which pieces get the character where they do not begin with it.
  enum class Prepend : std::uint8_t { always, first, never };  // first: that at the beginning of the text
  // As tokenizer.json has them.
  struct Options {
    char32_t replacement = 0x2581;
    Prepend prepend = Prepend::always;
    bool split = true;  // else a piece is a word
  };
  // The replacement as UTF-8 is made once.
  explicit Metaspace(Options options) : options_(options) {
    char bytes[4];
    replacement_.assign(bytes, std::size_t(encode(options.replacement, bytes)));
  }
  // Whether it must know where in the text a piece came from.
  bool needs_origins() const { return options_.prepend == Prepend::first; }

  void operator()(const NormalizedText& text, std::span<const ByteRange> pieces, NormalizedText& out,
                  std::vector<ByteRange>& words) const {
    for (const ByteRange piece : pieces) {
      std::uint32_t begin = out.size();
      const std::string_view bytes = text.bytes(piece);
      if (!bytes.starts_with(' ') && !bytes.starts_with(replacement_) && prepends(text, piece))
        out.put(options_.replacement, text.with_origins() ? text.origin(piece.begin) : 0);
      std::uint32_t at = piece.begin;
      const auto cut = [&] {
        if (options_.split && out.size() != begin) {
          words.push_back({begin, out.size()});
          begin = out.size();
        }
      };
      while (at != piece.end) {
        std::uint32_t to = at;  // what is copied
        while (to != piece.end && text.bytes()[to] != ' ' && text.bytes()[to] != replacement_.front()) ++to;
        out.put(text.view({at, to}));
        if (to == piece.end) break;
        at = to;
        if (text.bytes()[at] == ' ') {
          cut();
          out.put(options_.replacement, text.with_origins() ? text.origin(at) : 0);
          ++at;
        } else if (text.bytes({at, piece.end}).starts_with(replacement_)) {
          cut();
          to = at + std::uint32_t(replacement_.size());
          out.put(text.view({at, to}));
          at = to;
        } else {
          out.put(text.view({at, at + 1}));
          ++at;
        }
      }
      words.push_back({begin, out.size()});
    }
  }

 private:
  bool prepends(const NormalizedText& text, ByteRange piece) const {
    switch (options_.prepend) {
      case Prepend::always: return true;
      case Prepend::first: return text.origin(piece.begin) == 0;
      case Prepend::never: break;
    }
    return false;
  }

  Options options_;
  std::string replacement_;
};

}  // namespace encore::text
