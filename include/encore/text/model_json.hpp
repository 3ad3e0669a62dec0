// SPDX-License-Identifier: Apache-2.0
// The models of tokenizer.json.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/tokenizer_parts.hpp>
#include <encore/text/unsupported_part.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
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
  if (model.number("dropout", 0.0) != 0.0)
    throw UnsupportedError(model.where("dropout") + ": only 0 is supported: the same text always has the same tokens");
  return BytePairEncoding(vocabulary, read_merges(model),
                          {.byte_level = byte_level,
                           .unknown_token = model.optional_text("unk_token"),
                           .continuing_subword_prefix = model.text("continuing_subword_prefix", ""),
                           .end_of_word_suffix = model.text("end_of_word_suffix", ""),
                           .fuse_unknown = model.boolean("fuse_unk", false),
                           .byte_fallback = model.boolean("byte_fallback", false),
                           .ignore_merges = model.boolean("ignore_merges", false)},
                          model.where("merges"));
}

}  // namespace encore::text::detail
