// SPDX-License-Identifier: Apache-2.0
// What is put around the tokens of a text, or of a pair, and how both are cut to a length: the TemplateProcessing and
// truncation (longest_first, at the right) of the Hugging Face tokenizers library.
#pragma once

#include <encore/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace encore::text {

// One piece of a template: a text's tokens, or special ones.
struct TemplatePiece {
  enum class Kind : std::uint8_t { first, second, special };
  Kind kind = Kind::first;
  std::int32_t type_id = 0;
  std::vector<std::int32_t> ids;    // of special tokens
  std::vector<std::string> tokens;  // as many
};

class Template {
 public:
  Template() = default;
  explicit Template(std::vector<TemplatePiece> pieces) : pieces_(std::move(pieces)) {
    for (const TemplatePiece& piece : pieces_) special_ += piece.ids.size();
  }
  const std::vector<TemplatePiece>& pieces() const { return pieces_; }
  // How many special tokens it adds.
  std::size_t special() const { return special_; }

 private:
  std::vector<TemplatePiece> pieces_;
  std::size_t special_ = 0;
};

struct PostProcessor {
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
  return {Template({begin, {Kind::first, 0, {}, {}}, end}),
          Template({begin, {Kind::first, 0, {}, {}}, end, {Kind::second, 1, {}, {}}, second_end})};
}

// How many tokens of each text stay, of `first` and `second` there are, so that they are at most `room` together: the
// longer is cut down to the shorter's length, then both to a half.
struct Truncation {
  std::size_t first;
  std::size_t second;
};
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
