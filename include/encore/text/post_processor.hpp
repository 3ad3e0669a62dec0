// SPDX-License-Identifier: Apache-2.0
// What is put around the tokens of a text, or of a pair, and how both are cut to a length: the TemplateProcessing and
// truncation (longest_first, at the right) of the Hugging Face tokenizers library.
#pragma once

#include <encore/core/error.hpp>
#include <encore/text/byte_alphabet.hpp>
#include <encore/text/character_classes.hpp>
#include <encore/text/normalized_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace encore::text {

// One piece of a template: a text's tokens, or special ones.
struct TemplatePiece {
  // The first text's tokens, the second's, or special ones.
  enum class Kind : std::uint8_t { first, second, special };
  Kind kind = Kind::first;
  std::int32_t type_id = 0;
  std::vector<std::int32_t> ids;    // of special tokens
  std::vector<std::string> tokens;  // as many
};

// What is around one text, or around two.
class Template {
 public:
  Template() = default;
  // Pieces in order, as TemplateProcessing lists them.
  explicit Template(std::vector<TemplatePiece> pieces) : pieces_(std::move(pieces)) {
    for (const TemplatePiece& piece : pieces_) special_ += piece.ids.size();
  }
  // In order.
  const std::vector<TemplatePiece>& pieces() const { return pieces_; }
  // How many special tokens it adds.
  std::size_t special() const { return special_; }

 private:
  std::vector<TemplatePiece> pieces_;
  std::size_t special_ = 0;
};

// Offsets leave out the spaces at the ends of a token, as byte-level tokenizers want it (trim_offsets).
struct SpaceTrimming {
  bool keeps_first = false;  // but for the single space at the beginning of the text (add_prefix_space)
};

struct PostProcessor {
  std::optional<SpaceTrimming> trimming = std::nullopt;
  Template single{{{TemplatePiece::Kind::first, 0, {}, {}}}};
  Template pair{{{TemplatePiece::Kind::first, 0, {}, {}}, {TemplatePiece::Kind::second, 1, {}, {}}}};
};

// BERT's: [CLS] A [SEP] and [CLS] A [SEP] B [SEP], B and what follows of type 1.
inline PostProcessor bert_post_processor(const std::string& cls, std::int32_t cls_id, const std::string& sep,
                                         std::int32_t sep_id) {
  using Kind = TemplatePiece::Kind;
  const TemplatePiece begin{Kind::special, 0, {cls_id}, {cls}};
  const TemplatePiece end{Kind::special, 0, {sep_id}, {sep}};
  const TemplatePiece second_end{Kind::special, 1, {sep_id}, {sep}};
  return {.single = Template({begin, {Kind::first, 0, {}, {}}, end}),
          .pair = Template({begin, {Kind::first, 0, {}, {}}, end, {Kind::second, 1, {}, {}}, second_end})};
}

// RoBERTa's: <s> A </s> and <s> A </s></s> B </s>, all of type 0.
inline PostProcessor roberta_post_processor(const std::string& cls, std::int32_t cls_id, const std::string& sep,
                                            std::int32_t sep_id) {
  using Kind = TemplatePiece::Kind;
  const TemplatePiece begin{Kind::special, 0, {cls_id}, {cls}};
  const TemplatePiece end{Kind::special, 0, {sep_id}, {sep}};
  return {.single = Template({begin, {Kind::first, 0, {}, {}}, end}),
          .pair = Template({begin, {Kind::first, 0, {}, {}}, end, end, {Kind::second, 0, {}, {}}, end})};
}

// The offsets of a token without the spaces at its ends. White space, and the character that stands for a space in
// byte-level vocabularies, counts as much as it has characters in `token`
// (tokenizers/src/pre_tokenizers/byte_level.rs).
inline ByteRange trim_spaces(const SpaceTrimming& trimming, const std::string& token, bool first, ByteRange offsets,
                             const CharacterClasses& classes) {
  const auto is_space = [&](char32_t c) { return c == space_character || classes.is(c, white_space); };
  const char* const end = token.data() + token.size();
  std::uint32_t leading = 0;
  for (const char* at = token.data(); at != end && is_space(decode(at));) ++leading;
  std::uint32_t trailing = 0;
  for (const char* at = end; at != token.data() && is_space(decode_before(token.data(), at));) ++trailing;
  if (leading == 1 && trimming.keeps_first && (first || offsets.begin == 0)) leading = 0;
  offsets.begin = std::min(offsets.begin + leading, offsets.end);
  if (offsets.end >= trailing) offsets.end = std::max(offsets.end - trailing, offsets.begin);
  return offsets;
}

// How many tokens of each text stay, of `first` and `second` there are, so that they are at most `room` together: the
// longer is cut down to the shorter's length, then both to a half.
struct Truncation {
  std::size_t first;
  std::size_t second;
};
// How many tokens of each text stay, `room` in all.
inline Truncation truncate_longest_first(std::size_t first, std::size_t second, std::size_t room) {
  if (first + second <= room) return {first, second};
  std::size_t shorter = std::min(first, second);
  std::size_t longer = 0;
  if (2 * shorter <= room) {
    longer = room - shorter;
  } else {
    shorter = room / 2;
    longer = room - shorter;
  }
  return first > second ? Truncation{longer, shorter} : Truncation{shorter, longer};
}

}  // namespace encore::text
