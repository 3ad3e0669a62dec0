// SPDX-License-Identifier: Apache-2.0
// Precompiled of the Hugging Face tokenizers library (tokenizers/src/normalizers/precompiled.rs and the crate
// spm_precompiled): SentencePiece's rules, but applied to whole grapheme clusters where these are short, and in each
// the rule with the shortest key. SentencePiece itself does otherwise, see sentence_piece.hpp.
#pragma once

#include <encore/text/canonical_order.hpp>
#include <encore/text/character_classes.hpp>
#include <encore/text/charsmap.hpp>
#include <encore/text/grapheme.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/transformation.hpp>
#include <encore/text/utf8.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace encore::text {

class Precompiled {
 public:
  // ASCII characters that no rule begins with are told apart once, here.
  explicit Precompiled(Charsmap rules) : tables_(std::make_shared<const Tables>(Tables{std::move(rules), {}})) {
    for (unsigned c = 0; c < plain_.size(); ++c) {
      const char byte = char(c);
      plain_[c] = c != '\r' && tables_->rules.shortest({&byte, 1}).length == 0;
    }
  }

  void operator()(const TextView& view, const CharacterClasses&, OrderMemory&, NormalizedText& out) const {
    Writer writer(view, out);
    const char* const end = view.bytes.data() + view.bytes.size();
    for (const char* at = view.bytes.data(); at != end;) {
      // ASCII without rules; the last character before another may be part of a cluster.
      const char* run = at;
      while (run != end && static_cast<unsigned char>(*run) < 0x80 && plain_[static_cast<unsigned char>(*run)]) ++run;
      if (run != at && run != end) --run;
      writer.keep({at, std::size_t(run - at)});
      at = run;
      if (at == end) break;
      const char* const cluster = tables_->clusters.end_of(at, end);
      if (cluster - at < 6 && writer.replace({at, std::size_t(cluster - at)}, tables_->rules)) {
        at = cluster;
        continue;
      }
      while (at != cluster) {
        const char* const begin = at;
        decode(at);
        const std::string_view character(begin, std::size_t(at - begin));
        if (!writer.replace(character, tables_->rules)) writer.keep(character);
      }
    }
    writer.flush();
  }

 private:
  struct Tables {
    Charsmap rules;
    GraphemeClusters clusters;
  };

  // Tells a Transformation what happens. A rule that takes more characters than it gives charges the difference to the
  // last character written, even where that is another rule's.
  class Writer {
   public:
    Writer(const TextView& view, NormalizedText& out) : transformation_(view, out), out_(out) {}

    void keep(std::string_view text) {
      if (!out_.with_origins()) return out_.put(text, 0);
      for (const char* at = text.data(); at != text.data() + text.size();) put(decode(at), 0);
    }
    bool replace(std::string_view old, const Charsmap& rules) {
      const auto match = rules.shortest(old);
      if (match.length == 0) return false;
      const std::string_view now = match.replacement;
      if (!out_.with_origins()) {
        out_.put(now, 0);
        return true;
      }
      const auto before = std::int64_t(count_code_points(old));
      const auto after = std::int64_t(count_code_points(now));
      std::int64_t left = after;
      for (const char* at = now.data(); at != now.data() + now.size(); --left)
        put(decode(at), left <= after - before ? 1 : 0);
      if (before > after && waiting_) change_ += after - before;
      return true;
    }
    void flush() {
      if (waiting_) transformation_.put(character_, change_);
      waiting_ = false;
    }

   private:
    void put(char32_t c, std::int64_t change) {
      flush();
      character_ = c;
      change_ = change;
      waiting_ = true;
    }

    Transformation transformation_;
    NormalizedText& out_;
    char32_t character_ = 0;
    std::int64_t change_ = 0;
    bool waiting_ = false;
  };

  std::shared_ptr<const Tables> tables_;
  std::array<bool, 128> plain_{};
};

}  // namespace encore::text
