// SPDX-License-Identifier: Apache-2.0
// tokenizer.json, the file of the Hugging Face tokenizers library: what each of its parts says, and which are
// supported.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/decoder_json.hpp>
#include <encore/text/model_json.hpp>
#include <encore/text/normalizer_json.hpp>
#include <encore/text/post_processor_json.hpp>
#include <encore/text/pre_tokenizer_json.hpp>
#include <encore/text/tokenizer_files.hpp>
#include <encore/text/tokenizer_parts.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

namespace detail {

inline void check_choice(const JsonObject& part, std::string_view key, std::initializer_list<std::string_view> choices,
                         std::string_view fallback) {
  const std::string found = part.text(key, fallback);
  std::string list;
  for (const auto choice : choices) {
    if (found == choice) return;
    list += (list.empty() ? "" : ", ") + std::string(choice);
  }
  throw part.error(key, "is " + in_quotes(found) + ", want one of " + list);
}

// A tokenizer.json may carry the length of its model's training: checked, and not applied.
inline void check_truncation_and_padding(const JsonObject& file) {
  constexpr Bounds<std::int64_t> not_negative{0, INT64_MAX};
  if (const auto truncation = optional_part(file, "truncation")) {
    truncation->integer("max_length", not_negative);
    truncation->integer("stride", not_negative);
    check_choice(*truncation, "strategy", {"LongestFirst", "OnlyFirst", "OnlySecond"}, "");
    check_choice(*truncation, "direction", {"Left", "Right"}, "Right");
  }
  if (const auto padding = optional_part(file, "padding")) {
    const auto strategy = padding->value().find("strategy");
    if (strategy != padding->value().end() && strategy->is_object())
      padding->object("strategy").integer("Fixed", not_negative);
    else
      check_choice(*padding, "strategy", {"BatchLongest"}, "");
    check_choice(*padding, "direction", {"Left", "Right"}, "");
    padding->nullable().optional_integer("pad_to_multiple_of", not_negative);
    padding->integer("pad_id", not_negative);
    padding->integer("pad_type_id", not_negative);
    padding->text("pad_token");
  }
}

// A tokenizer.json does not say what its special tokens are for: of BERT's names and RoBERTa's, those that there are.
inline SpecialTokenNames usual_names(const TokenizerParts& parts, const std::optional<std::string>& unknown) {
  const auto either = [&](const std::string& first, const char* second) {
    const auto there = [&](const std::string& name) {
      return parts.added.find(name) || parts.vocabulary.id_of(name) >= 0;
    };
    return !there(first) && there(second) ? second : first;
  };
  SpecialTokenNames names;
  names.cls = either(names.cls, "<s>");
  names.sep = either(names.sep, "</s>");
  names.pad = either(names.pad, "<pad>");
  names.mask = either(names.mask, "<mask>");
  names.unk = unknown.value_or(either(names.unk, "<unk>"));
  return names;
}

}  // namespace detail

// Throws FileError for what is not JSON, and UnsupportedError for a version there is no reader for.
inline JsonObject parse_tokenizer_json(std::string_view json, const std::string& file_name) {
  const JsonObject file = JsonObject::parse(json, file_name);
  if (const std::string version = file.text("version", "1.0"); version != "1.0")
    throw UnsupportedError(file.where("version") + ": " + in_quotes(version) + " is not supported; supported: 1.0");
  detail::check_truncation_and_padding(file);
  return file;
}

// The tokenizer as the file has it, with what the files beside it add. Throws ConfigError for a key that is missing,
// wrong or contradicts another, and UnsupportedError, which names the part and what is supported, for valid files of
// other kinds.
inline TokenizerParts read_tokenizer_json(const JsonObject& file, const TokenizerFiles* beside = nullptr) {
  TokenizerParts parts;

  const JsonObject model = file.object("model");
  const std::string type = detail::model_type(model);
  if (type != "WordPiece" && type != "BPE" && type != "Unigram" && type != "WordLevel")
    detail::refuse_type(model, type, "WordPiece, BPE, Unigram, WordLevel");
  // Parts that are not supported are named before a vocabulary is read.
  std::vector<NormalizerStep> normalizers;
  if (const auto part = detail::optional_part(file, "normalizer")) detail::read_normalizer(*part, normalizers);
  parts.normalizer = Normalizer(std::move(normalizers));
  detail::PreTokenizerPart pre_tokenizer;
  if (const auto part = detail::optional_part(file, "pre_tokenizer")) detail::read_pre_tokenizer(*part, pre_tokenizer);
  parts.pre_tokenizer = PreTokenizer(std::move(pre_tokenizer.steps));
  if (pre_tokenizer.byte_level && type != "BPE")
    throw UnsupportedError(file.where("pre_tokenizer") + ": ByteLevel with a " + type + " model is not supported");

  std::optional<std::string> unknown = model.nullable().optional_text("unk_token");
  if (type == "Unigram") {
    auto pieces = detail::read_pieces(model);
    parts.vocabulary = detail::vocabulary_of(pieces, model.where("vocab"));
    auto unigram = detail::read_unigram(model, std::move(pieces), parts.vocabulary);
    if (const auto* token = parts.vocabulary.token_of(unigram.options().unknown_id)) unknown = *token;
    parts.model = std::move(unigram);
  } else if (parts.vocabulary = detail::read_vocabulary(model); type == "WordPiece") {
    parts.model = detail::read_word_piece(model, parts.vocabulary);
  } else if (type == "WordLevel") {
    parts.model = WordLevel(parts.vocabulary, model.text("unk_token"), model.where("vocab"));
  } else {
    parts.model = detail::read_byte_pair_encoding(model, parts.vocabulary, pre_tokenizer.byte_level);
  }
  std::vector<AddedToken> added = read_added_tokens(file);
  if (beside)
    for (AddedToken& token : beside->added_tokens({}))
      if (token.id || std::none_of(added.begin(), added.end(),
                                   [&](const AddedToken& other) { return other.content == token.content; }))
        added.push_back(std::move(token));
  parts.added = AddedTokens(std::move(added), parts.vocabulary, parts.normalizer, parts.classes, file.file());
  if (const auto part = detail::optional_part(file, "post_processor"))
    parts.post_processor = detail::read_post_processor(*part, parts);
  parts.names = detail::usual_names(parts, unknown);
  if (beside) parts.names = beside->names(parts.names);
  parts.decoder = read_decoder(file);
  return parts;
}

}  // namespace encore::text
