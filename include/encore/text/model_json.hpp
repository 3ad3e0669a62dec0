// SPDX-License-Identifier: Apache-2.0
// The models of tokenizer.json.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/json_part.hpp>
#include <encore/text/tokenizer_parts.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text::detail {

// Files of the library's first versions do not say what their model is.
inline std::string model_type(const JsonObject& model) {
  if (const auto type = model.optional_text("type")) return *type;
  if (model.has("merges")) return "BPE";
  if (model.has("max_input_chars_per_word")) return "WordPiece";
  return model.has("unk_id") ? "Unigram" : "WordLevel";
}

inline Vocabulary read_vocabulary(const JsonObject& model) {
  const JsonObject vocabulary = model.object("vocab");
  std::vector<Vocabulary::Entry> entries;
  entries.reserve(vocabulary.value().size());
  for (const auto& [token, id] : vocabulary.value().get_ref<const nlohmann::json::object_t&>()) {
    const bool fits = id.is_number_unsigned() && id.get<std::uint64_t>() <= std::uint64_t(INT32_MAX);
    entries.emplace_back(token, fits ? id.get<std::int32_t>() : std::int32_t(vocabulary.integer(token, id_bounds)));
  }
  return Vocabulary(std::move(entries), model.where("vocab"));
}

// A score as the Hugging Face library reads it: serde_json rounds the digits to a double, and once more when it scales
// them by a power of ten (serde_json/src/de.rs, without float_roundtrip). Long words of one character are full of ties
// that this decides. The digits are taken to be the shortest ones that make the number, as writers of JSON have it.
inline double as_serde_json_reads(double exact) {
  if (exact == 0.0 || !std::isfinite(exact)) return exact;
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), exact, std::chars_format::scientific).ptr;
  std::uint64_t digits = 0;
  int scale = 0;
  const char* at = text.data();
  bool fraction = false;
  for (; at != end && *at != 'e'; ++at) {
    if (*at == '.') fraction = true;
    if (*at < '0' || *at > '9') continue;
    digits = digits * 10 + std::uint64_t(*at - '0');
    if (fraction) --scale;
  }
  int exponent = 0;
  if (at != end) at += at[1] == '+' ? 2 : 1;
  std::from_chars(at, end, exponent);
  scale += exponent;
  if (scale < -300 || scale > 300) return exact;
  const double power = std::pow(10.0, std::abs(scale));
  const double value = scale < 0 ? double(digits) / power : double(digits) * power;
  return exact < 0 ? -value : value;
}

// The tokens of a Unigram model with their scores: [["token", -1.5], ...]. Ids count from 0.
inline std::vector<Unigram<double>::Piece> read_pieces(const JsonObject& model) {
  const auto found = model.value().find("vocab");
  if (found == model.value().end() || !found->is_array()) throw model.error("vocab", "is missing, want a list");
  std::vector<Unigram<double>::Piece> pieces;
  pieces.reserve(found->size());
  for (const auto& entry : *found) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
      throw model.error(
          "vocab", "holds, at " + std::to_string(pieces.size()) + ", what is not a token and its score: [\"a\", -1.5]");
    pieces.push_back(
        {entry[0].get<std::string>(), std::int32_t(pieces.size()), as_serde_json_reads(entry[1].get<double>())});
  }
  return pieces;
}

inline Vocabulary vocabulary_of(const std::vector<Unigram<double>::Piece>& pieces, const std::string& source) {
  std::vector<Vocabulary::Entry> entries;
  entries.reserve(pieces.size());
  for (const auto& piece : pieces) entries.emplace_back(piece.text, piece.id);
  return Vocabulary(std::move(entries), source);
}

inline Unigram<double> read_unigram(const JsonObject& model, std::vector<Unigram<double>::Piece> pieces,
                                    const Vocabulary& vocabulary) {
  const std::int64_t unknown = model.nullable().optional_integer("unk_id", id_bounds).value_or(-1);
  if (unknown >= vocabulary.size())
    throw model.error("unk_id", "is " + std::to_string(unknown) + ", which no token has");
  return Unigram<double>(vocabulary, std::move(pieces),
                         {.unknown_id = std::int32_t(unknown), .byte_fallback = model.boolean("byte_fallback", false)},
                         model.where("vocab"));
}

inline WordPiece read_word_piece(const JsonObject& model, const Vocabulary& vocabulary) {
  return WordPiece(vocabulary,
                   {.unknown_token = model.text("unk_token"),
                    .continuing_subword_prefix = model.text("continuing_subword_prefix"),
                    .max_input_chars_per_word = model.integer("max_input_chars_per_word", {0, INT64_MAX})},
                   model.where("unk_token"));
}

// A merge as older files write it, "a b".
inline std::pair<std::string, std::string> split_merge(std::string_view line) {
  const auto space = line.find(' ');
  if (space == line.npos || line.find(' ', space + 1) != line.npos) return {};
  return {std::string(line.substr(0, space)), std::string(line.substr(space + 1))};
}

inline BytePairEncoding::MergeList read_merges(const JsonObject& model) {
  const auto found = model.value().find("merges");
  if (found == model.value().end() || !found->is_array()) throw model.error("merges", "is missing, want a list");
  BytePairEncoding::MergeList merges;
  merges.reserve(found->size());
  for (const auto& entry : *found) {
    std::pair<std::string, std::string> merge;
    if (entry.is_string()) {
      const auto& line = entry.get_ref<const std::string&>();
      if (line.starts_with("#version")) continue;
      merge = split_merge(line);
    } else if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
      merge = {entry[0].get<std::string>(), entry[1].get<std::string>()};
    }
    if (merge.first.empty() || merge.second.empty())
      throw model.error("merges", "holds, at " + std::to_string(merges.size()) +
                                      ", what is not two tokens: \"a b\" or [\"a\", \"b\"]");
    merges.push_back(std::move(merge));
  }
  return merges;
}

inline BytePairEncoding read_byte_pair_encoding(const JsonObject& model, const Vocabulary& vocabulary,
                                                bool byte_level) {
  const JsonObject options = model.nullable();
  if (options.number("dropout", 0.0) != 0.0)
    throw UnsupportedError(model.where("dropout") + ": only 0 is supported: the same text always has the same tokens");
  return BytePairEncoding(vocabulary, read_merges(model),
                          {.byte_level = byte_level,
                           .unknown_token = options.optional_text("unk_token"),
                           .continuing_subword_prefix = options.text("continuing_subword_prefix", ""),
                           .end_of_word_suffix = options.text("end_of_word_suffix", ""),
                           .fuse_unknown = options.boolean("fuse_unk", false),
                           .byte_fallback = options.boolean("byte_fallback", false),
                           .ignore_merges = options.boolean("ignore_merges", false)},
                          model.where("merges"));
}

}  // namespace encore::text::detail
