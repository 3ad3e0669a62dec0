// SPDX-License-Identifier: Apache-2.0
// Normalisers: what changes a text before it is split. Semantics, origins included, are those of the Hugging Face
// tokenizers library (tokenizers/src/normalizers), whose names they keep.
#pragma once

#include <encore/text/canonical_order.hpp>
#include <encore/text/character_classes.hpp>
#include <encore/text/composition.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/precompiled.hpp>
#include <encore/text/sentence_piece.hpp>
#include <encore/text/text_edits.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace encore::text {

// Google BERT's: control characters go and white space becomes ' ' (clean_text), ideographs get a space on both sides
// (handle_chinese_chars), nonspacing marks go after NFD (strip_accents), letters become small (lowercase).
class BertNormalizer {
 public:
  // The keys of tokenizer.json; strip_accents is settled here, where null stands for lowercase there.
  struct Options {
    bool clean_text = true;
    bool handle_chinese_chars = true;
    bool strip_accents = true;
    bool lowercase = true;
    friend bool operator==(const Options&, const Options&) = default;
  };
  // What becomes of ASCII characters is looked up in a table made here.
  explicit BertNormalizer(Options options) : options_(options) {
    for (unsigned c = 0; c < 128; ++c) {
      const bool space = c == '\t' || c == '\n' || c == '\r';
      const bool control = (c < ' ' || c == 127) && !space;
      char& to = ascii_[c] = char(c);
      if (options.clean_text) to = control ? dropped : space ? ' ' : to;
      if (options.lowercase && c >= 'A' && c <= 'Z') to = char(c + 32);
    }
    changing_ = (options.clean_text ? removed | white_space : 0) | (options.handle_chinese_chars ? chinese : 0) |
                (options.strip_accents ? canonical | nonspacing : 0) | (options.lowercase ? upper : 0);
  }
  // As they were given.
  const Options& options() const { return options_; }

  // Appends to out.
  void operator()(const TextView& view, const CharacterClasses& classes, OrderMemory& memory,
                  NormalizedText& out) const {
    const auto finish = [&](char32_t c, std::uint32_t origin) {
      const auto is = classes[c];
      if (options_.strip_accents && (is & nonspacing)) return;
      if (options_.lowercase && (is & upper))
        lower(c, [&](char32_t small) { out.put(small, origin); });
      else
        out.put(c, origin);
    };
    CanonicalOrder order(classes, false, memory, finish);
    for (TextCursor in(view); !in.done();) {
      if (static_cast<unsigned char>(*in.position()) < 0x80) {
        order.flush();
        if (out.with_origins())
          copy_ascii<true>(in, out);
        else
          copy_ascii<false>(in, out);
        continue;
      }
      const std::uint32_t origin = in.origin();
      const char32_t c = in.take();
      const auto is = classes[c];
      if (!(is & changing_)) {
        order.flush();
        out.put(c, origin);
        continue;
      }
      if (options_.clean_text && (is & removed)) continue;
      if (options_.clean_text && (is & white_space)) {
        order.add(U' ', origin, false);
        continue;
      }
      const bool padded = options_.handle_chinese_chars && (is & chinese);
      if (padded) order.add(U' ', origin, false);
      order.add(c, origin, options_.strip_accents && (is & canonical));
      if (padded) order.add(U' ', origin, false);
    }
    order.flush();
  }

 private:
  static constexpr char dropped = '\xff';

  template <bool with_origins>
  void copy_ascii(TextCursor& in, NormalizedText& out) const {
    const char* const from = in.position();
    const std::size_t size = std::size_t(in.end() - from);
    out.reserve(size);
    char* const to = out.end_of_bytes();
    [[maybe_unused]] std::uint32_t* const origins = with_origins ? out.end_of_origins() : nullptr;
    [[maybe_unused]] const std::uint32_t* const numbers = in.origins();
    [[maybe_unused]] const std::uint32_t first = in.origin();
    std::size_t read = 0;
    std::size_t written = 0;
    for (; read < size; ++read) {
      const auto c = static_cast<unsigned char>(from[read]);
      if (c >= 0x80) break;
      to[written] = ascii_[c];
      if constexpr (with_origins) origins[written] = numbers ? numbers[read] : first + std::uint32_t(read);
      written += ascii_[c] != dropped;
    }
    in.skip(read);
    out.grow(written);
  }

  Options options_;
  std::array<char, 128> ascii_;
  int changing_;
};

// Small letters, character by character.
struct Lowercase {
  void operator()(const TextView& view, const CharacterClasses& classes, OrderMemory&, NormalizedText& out) const {
    for (TextCursor in(view); !in.done();) {
      const std::uint32_t origin = in.origin();
      const char32_t c = in.take();
      if (classes.is(c, upper))
        lower(c, [&](char32_t small) { out.put(small, origin); });
      else
        out.put(c, origin);
    }
  }
};

// Drops combining marks; what is composed stays (NFD comes before it).
struct StripAccents {
  void operator()(const TextView& view, const CharacterClasses& classes, OrderMemory&, NormalizedText& out) const {
    for (TextCursor in(view); !in.done();) {
      const std::uint32_t origin = in.origin();
      const char32_t c = in.take();
      if (!classes.is(c, nonspacing | other_mark)) out.put(c, origin);
    }
  }
};

// NFD and, compatibly, NFKD.
struct Decomposition {
  bool compatibly = false;

  void operator()(const TextView& view, const CharacterClasses& classes, OrderMemory& memory,
                  NormalizedText& out) const {
    CanonicalOrder order(classes, compatibly, memory, [&](char32_t c, std::uint32_t origin) { out.put(c, origin); });
    for (TextCursor in(view); !in.done();) {
      const std::uint32_t origin = in.origin();
      const char32_t c = in.take();
      order.add(c, origin, classes.is(c, compatibly ? compatible : canonical));
    }
    order.flush();
  }
};

// One step; a step of another kind is a further alternative.
using NormalizerStep = std::variant<BertNormalizer, Lowercase, StripAccents, Decomposition, Composition, Replace,
                                    Prepend, Strip, Nmt, ByteCharacters, Precompiled, SentencePieceNormalizer>;

// Steps in order; none leaves the text as it is.
class Normalizer {
 public:
  // Scratch space, to be reused.
  struct Memory {
    OrderMemory order;
    NormalizedText between;
  };
  Normalizer() = default;
  // Of these steps, which a SentencePiece model or a tokenizer.json names.
  explicit Normalizer(std::vector<NormalizerStep> steps) : steps_(std::move(steps)) {}

  // As they were given.
  const std::vector<NormalizerStep>& steps() const { return steps_; }

  // Replaces what is in out. Throws InputError where the steps make too much of the text (most_bytes_of).
  void operator()(const TextView& view, const CharacterClasses& classes, bool with_origins, Memory& memory,
                  NormalizedText& out) const {
    const std::size_t limit = most_bytes_of(view.bytes.size());
    out.clear(with_origins, limit);
    if (steps_.empty()) return out.put(view);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (i) {
        std::swap(out, memory.between);
        out.clear(with_origins, limit);
      }
      const TextView from = i ? memory.between.view() : view;
      std::visit([&](const auto& step) { step(from, classes, memory.order, out); }, steps_[i]);
      out.require_in_limit();
    }
  }

 private:
  std::vector<NormalizerStep> steps_;
};

}  // namespace encore::text
