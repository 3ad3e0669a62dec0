// SPDX-License-Identifier: Apache-2.0
// SentencePiece's own normaliser (Kudo & Richardson 2018): rules by their longest key, runs of spaces as one, spaces as
// U+2581, and one before the text. github.com/google/sentencepiece/blob/v0.2.0/src/normalizer.cc.
#pragma once

#include <encore/text/canonical_order.hpp>
#include <encore/text/character_classes.hpp>
#include <encore/text/charsmap.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/trie.hpp>
#include <encore/text/utf8.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace encore::text {

// Applied to a whole text, as SentencePiece does, not to pieces of it.
class SentencePieceNormalizer {
 public:
  // normalizer_spec of the model.
  struct Options {
    bool add_dummy_prefix = true;
    bool remove_extra_whitespaces = true;
    bool escape_whitespaces = true;
  };
  // `kept`: user-defined symbols, which no rule touches.
  SentencePieceNormalizer(Charsmap rules, Trie kept, Options options)
      : tables_(std::make_shared<const Tables>(Tables{std::move(rules), std::move(kept)})), options_(options) {
    for (unsigned c = 1; c < plain_.size(); ++c) {
      const char byte = char(c);
      plain_[c] = c != ' ' && tables_->rules.shortest({&byte, 1}).length == 0 &&
                  tables_->kept.child(Trie::root, byte) == Trie::none;
    }
  }

  // Tokens reach to where the next one begins: `out` gets its end.
  void operator()(const TextView& view, const CharacterClasses&, OrderMemory&, NormalizedText& out) const {
    const bool collapse = options_.remove_extra_whitespaces;
    const std::size_t before = out.size();
    TextCursor in(view);
    if (collapse) {
      while (!in.done()) {
        const Prefix prefix = next(in);
        if (prefix.text != " ") break;
        in.take_bytes(prefix.size);
      }
    }
    if (in.done()) return;
    if (options_.add_dummy_prefix) put_space(in.origin(), out);
    bool after_space = collapse;
    while (!in.done()) {
      // ASCII without rules; the last character before another may be part of a key.
      const char* run = in.position();
      while (run != in.end() && static_cast<unsigned char>(*run) < 0x80 && plain_[static_cast<unsigned char>(*run)])
        ++run;
      if (run != in.end() && run != in.position() && static_cast<unsigned char>(*run) >= 0x80) --run;
      if (run != in.position()) {
        out.put(in.take_bytes(std::size_t(run - in.position())));
        after_space = false;
        continue;
      }
      Prefix prefix = next(in);
      const std::uint32_t origin = in.origin();
      in.take_bytes(prefix.size);
      while (after_space && prefix.text.starts_with(' ')) prefix.text.remove_prefix(1);
      if (prefix.text.empty()) continue;
      after_space = collapse && prefix.text.ends_with(' ');
      if (prefix.text.find(' ') == prefix.text.npos) {
        out.put(prefix.text, origin);
        continue;
      }
      for (const char byte : prefix.text) {
        if (byte == ' ')
          put_space(origin, out);
        else
          out.put(std::string_view(&byte, 1), origin);
      }
    }
    std::uint32_t end = view.origins ? view.last_origin() + 1 : in.origin();
    if (collapse) {
      const std::string_view space = options_.escape_whitespaces ? "\xe2\x96\x81" : " ";
      while (out.bytes().substr(before).ends_with(space)) {
        const auto size = std::uint32_t(out.size() - space.size());
        if (out.with_origins()) end = out.origin(size);
        out.shrink(size);
      }
    }
    out.set_end(end);
  }

 private:
  struct Tables {
    Charsmap rules;
    Trie kept;
  };
  // What the beginning of a text becomes, and how much of it.
  struct Prefix {
    std::string_view text;
    std::size_t size;
  };

  Prefix next(const TextCursor& in) const {
    const std::string_view rest = in.rest().bytes;
    const auto kept = tables_->kept.longest(Trie::root, rest.data(), rest.data() + rest.size());
    if (kept.value >= 0) {
      const auto size = std::size_t(kept.end - rest.data());
      return {rest.substr(0, size), size};
    }
    if (const auto match = tables_->rules.longest(rest); match.length) return {match.replacement, match.length};
    const char* at = rest.data();
    decode(at);
    const auto size = std::size_t(at - rest.data());
    return {rest.substr(0, size), size};
  }
  void put_space(std::uint32_t origin, NormalizedText& out) const {
    out.put(options_.escape_whitespaces ? char32_t{0x2581} : U' ', origin);
  }

  std::shared_ptr<const Tables> tables_;
  std::array<bool, 128> plain_{};
  Options options_;
};

}  // namespace encore::text
