// SPDX-License-Identifier: Apache-2.0
// What holds of the encoding of any text by any tokenizer. Shared by the property tests and the fuzz target.
#pragma once

#include <encore/text/tokenizer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace encoding_properties {

// Empty, or the sentence about the property that does not hold.
inline std::string broken(const encore::Tokenizer& tokenizer, const encore::Encoding& encoding, std::string_view first,
                          std::string_view second = {}) {
  const std::size_t count = encoding.ids.size();
  if (encoding.type_ids.size() != count || encoding.tokens.size() != count || encoding.offsets.size() != count ||
      encoding.byte_offsets.size() != count || encoding.sequence_ids.size() != count ||
      encoding.word_ids.size() != count)
    return "the lists have different lengths";
  encore::Span before[2]{};
  encore::Span bytes_before[2]{};
  std::int64_t word_before[2]{0, 0};
  for (std::size_t i = 0; i < count; ++i) {
    const auto id = encoding.ids[i];
    const auto span = encoding.offsets[i];
    const auto bytes = encoding.byte_offsets[i];
    const int sequence = encoding.sequence_ids[i];
    if (id < 0 || id >= tokenizer.vocabulary_size()) return "an id is outside the vocabulary";
    if (tokenizer.token_of(id).empty() && !encoding.tokens[i].empty()) return "an id has no token";
    if (sequence == -1) {
      if (span != encore::Span{} || bytes != encore::Span{} || encoding.word_ids[i] != -1)
        return "a special token has a place";
      continue;
    }
    if (sequence != 0 && sequence != 1) return "a sequence is neither the first nor the second";
    const auto text = sequence ? second : first;
    // Spaces alone may be left out of a token's place.
    if (span.begin < 0 || span.end < span.begin || bytes.end < bytes.begin) return "a token ends before it begins";
    if (bytes.begin < 0 || bytes.end > std::int64_t(text.size())) return "a token lies outside the text";
    if (span.begin > bytes.begin || span.end > bytes.end) return "a code point is shorter than a byte";
    if (span.end - span.begin > bytes.end - bytes.begin) return "a token has more code points than bytes";
    // A space that a pre-tokeniser put in, and offsets leave out again, is behind the character that it came from.
    if (span.begin == span.end) continue;
    if (span.begin < before[sequence].begin || span.end < before[sequence].end) return "tokens are out of order";
    if (bytes.begin < bytes_before[sequence].begin || bytes.end < bytes_before[sequence].end)
      return "bytes are out of order";
    // A word may have no tokens.
    if (encoding.word_ids[i] < word_before[sequence]) return "word ids do not count up";
    before[sequence] = span;
    bytes_before[sequence] = bytes;
    word_before[sequence] = encoding.word_ids[i];
  }
  return {};
}

// encode() and encode_ids() of a text and of a pair, whole and cut.
inline std::string broken(const encore::Tokenizer& tokenizer, std::string_view text, std::string_view second) {
  const auto whole = tokenizer.encode(text);
  if (auto what = broken(tokenizer, whole, text); !what.empty()) return what;
  const auto pair = tokenizer.encode(text, second);
  if (auto what = broken(tokenizer, pair, text, second); !what.empty()) return what;

  encore::TokenizerWorkspace workspace;
  encore::Encoding ids;
  tokenizer.encode_ids(text, ids, workspace);
  if (ids.ids != whole.ids || ids.type_ids != whole.type_ids) return "encode_ids differs from encode";
  tokenizer.encode_ids(text, second, ids, workspace);
  if (ids.ids != pair.ids || ids.type_ids != pair.type_ids) return "encode_ids of a pair differs from encode";

  const auto bare = tokenizer.encode(text, {.add_special_tokens = false});
  for (const std::int64_t limit : {1, 3, 8}) {
    const auto cut = tokenizer.encode(text, {.add_special_tokens = false, .max_length = limit});
    const auto kept = std::min(std::size_t(limit), bare.ids.size());
    if (cut.ids.size() != kept || (!std::equal(cut.ids.begin(), cut.ids.end(), bare.ids.begin()) &&
                                   !std::equal(cut.ids.rbegin(), cut.ids.rend(), bare.ids.rbegin())))
      return "a truncated encoding is neither the beginning nor the end of the whole one";
    if (cut.truncated != (kept < bare.ids.size())) return "truncated does not tell whether tokens are missing";
    const auto room = limit + tokenizer.special_tokens(true);
    const auto cut_pair = tokenizer.encode(text, second, {.max_length = room});
    if (std::int64_t(cut_pair.ids.size()) > room) return "a truncated pair is too long";
    if (auto what = broken(tokenizer, cut_pair, text, second); !what.empty()) return what;
    if (cut_pair.truncated != (cut_pair.ids.size() < pair.ids.size())) return "truncated is wrong for a pair";
  }
  return {};
}

}  // namespace encoding_properties
