// SPDX-License-Identifier: Apache-2.0
// tokenizer.json, the file of the Hugging Face tokenizers library: what each of its parts says, and which are
// supported.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/tokenizer_parts.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

namespace detail {

inline constexpr Bounds<std::int64_t> id_bounds{0, INT32_MAX};

[[noreturn]] inline void refuse_type(const JsonObject& part, const std::string& type, std::string_view supported) {
  throw UnsupportedError(part.where("type") + ": " + in_quotes(type) +
                         " is not supported; supported: " + std::string(supported));
}

inline void read_normalizer(const JsonObject& part, std::vector<NormalizerStep>& steps) {
  const std::string type = part.text("type");
  if (type == "Sequence") {
    for (const JsonObject& step : part.objects("normalizers")) read_normalizer(step, steps);
  } else if (type == "BertNormalizer") {
    const bool lowercase = part.boolean("lowercase");
    steps.push_back(BertNormalizer({.clean_text = part.boolean("clean_text"),
                                    .handle_chinese_chars = part.boolean("handle_chinese_chars"),
                                    .strip_accents = part.boolean("strip_accents", lowercase),
                                    .lowercase = lowercase}));
  } else if (type == "Lowercase") {
    steps.push_back(Lowercase{});
  } else if (type == "StripAccents") {
    steps.push_back(StripAccents{});
  } else if (type == "NFD" || type == "NFKD") {
    steps.push_back(Decomposition{.compatibly = type == "NFKD"});
  } else {
    refuse_type(part, type, "BertNormalizer, Lowercase, StripAccents, NFD, NFKD, Sequence of these");
  }
}

inline SplitBehavior read_behavior(const JsonObject& part) {
  const std::string name = part.text("behavior", "Isolated");
  if (name == "Removed") return SplitBehavior::removed;
  if (name == "Isolated") return SplitBehavior::isolated;
  if (name == "MergedWithPrevious") return SplitBehavior::merged_with_previous;
  if (name == "MergedWithNext") return SplitBehavior::merged_with_next;
  if (name == "Contiguous") return SplitBehavior::contiguous;
  throw part.error("behavior",
                   in_quotes(name) + " is none of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous");
}

inline void read_pre_tokenizer(const JsonObject& part, std::vector<PreTokenizerStep>& steps) {
  const std::string type = part.text("type");
  if (type == "Sequence") {
    for (const JsonObject& step : part.objects("pretokenizers")) read_pre_tokenizer(step, steps);
  } else if (type == "BertPreTokenizer") {
    steps.push_back(BertPreTokenizer{});
  } else if (type == "Whitespace") {
    steps.push_back(Whitespace{});
  } else if (type == "WhitespaceSplit") {
    steps.push_back(WhitespaceSplit{});
  } else if (type == "Punctuation") {
    steps.push_back(Punctuation{read_behavior(part)});
  } else {
    refuse_type(part, type, "BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Sequence of these");
  }
}

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

inline std::vector<AddedToken> read_added_tokens(const JsonObject& file) {
  std::vector<AddedToken> tokens;
  for (const JsonObject& token : file.objects("added_tokens"))
    tokens.push_back({.content = token.text("content"),
                      .id = std::int32_t(token.integer("id", id_bounds)),
                      .single_word = token.boolean("single_word", false),
                      .lstrip = token.boolean("lstrip", false),
                      .rstrip = token.boolean("rstrip", false),
                      .normalized = token.boolean("normalized", true),
                      .special = token.boolean("special", false)});
  return tokens;
}

// Whether a token with that id can come out of the tokenizer.
inline bool has_id(const TokenizerParts& parts, std::int64_t id) {
  return parts.vocabulary.token_of(std::int32_t(id)) || parts.added.find(std::int32_t(id));
}

inline Template read_template(const JsonObject& part, std::string_view key, bool pair, const TokenizerParts& parts) {
  static constexpr std::size_t max_special = 1000;
  using Kind = TemplatePiece::Kind;
  const JsonObject special = part.object("special_tokens");
  std::vector<TemplatePiece> pieces;
  std::size_t count = 0;
  int firsts = 0;
  int seconds = 0;
  for (const JsonObject& piece : part.objects(key)) {
    if (const auto sequence = piece.optional_object("Sequence")) {
      const std::string id = sequence->text("id");
      if (id != "A" && id != "B") throw sequence->error("id", "is " + in_quotes(id) + ", want \"A\" or \"B\"");
      ++(id == "A" ? firsts : seconds);
      pieces.push_back(
          {id == "A" ? Kind::first : Kind::second, std::int32_t(sequence->integer("type_id", id_bounds)), {}, {}});
      continue;
    }
    const auto token = piece.optional_object("SpecialToken");
    if (!token) throw part.error(key, "holds a piece that is neither \"Sequence\" nor \"SpecialToken\"");
    const std::string name = token->text("id");
    if (!special.has(name)) throw token->error("id", in_quotes(name) + " is not among the template's special_tokens");
    const JsonObject content = special.object(name);
    TemplatePiece out{Kind::special, std::int32_t(token->integer("type_id", id_bounds)), {}, content.texts("tokens")};
    for (const std::int64_t id : content.integers("ids", id_bounds)) {
      if (!has_id(parts, id)) throw content.error("ids", "holds " + std::to_string(id) + ", which no token has");
      out.ids.push_back(std::int32_t(id));
    }
    if (out.ids.size() != out.tokens.size())
      throw content.error("ids", "has " + std::to_string(out.ids.size()) + " entries for " +
                                     std::to_string(out.tokens.size()) + " tokens");
    if ((count += out.ids.size()) > max_special)
      throw part.error(key, "adds more than " + std::to_string(max_special) + " special tokens");
    pieces.push_back(std::move(out));
  }
  if (firsts != 1 || seconds != (pair ? 1 : 0))
    throw UnsupportedError(part.where(key) + ": supported are templates with " +
                           (pair ? "each of the sequences A and B once" : "sequence A once and no B"));
  return Template(std::move(pieces));
}

inline std::pair<std::string, std::int32_t> read_named_id(const JsonObject& part, std::string_view key,
                                                          const TokenizerParts& parts) {
  const auto found = part.value().find(key);
  const bool right = found != part.value().end() && found->is_array() && found->size() == 2 &&
                     (*found)[0].is_string() && (*found)[1].is_number_unsigned() &&
                     (*found)[1].get<std::uint64_t>() <= std::uint64_t(INT32_MAX);
  if (!right) throw part.error(key, "is not a token and its id: [\"...\", 0]");
  const auto id = (*found)[1].get<std::int32_t>();
  if (!has_id(parts, id)) throw part.error(key, "has the id " + std::to_string(id) + ", which no token has");
  return {(*found)[0].get<std::string>(), id};
}

inline PostProcessor read_post_processor(const JsonObject& part, const TokenizerParts& parts) {
  const std::string type = part.text("type");
  if (type == "TemplateProcessing")
    return {read_template(part, "single", false, parts), read_template(part, "pair", true, parts)};
  if (type == "BertProcessing") {
    const auto [cls, cls_id] = read_named_id(part, "cls", parts);
    const auto [sep, sep_id] = read_named_id(part, "sep", parts);
    return bert_post_processor(cls, cls_id, sep, sep_id);
  }
  refuse_type(part, type, "TemplateProcessing, BertProcessing");
}

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
  if (const auto truncation = file.optional_object("truncation")) {
    truncation->integer("max_length", not_negative);
    truncation->integer("stride", not_negative);
    check_choice(*truncation, "strategy", {"LongestFirst", "OnlyFirst", "OnlySecond"}, "");
    check_choice(*truncation, "direction", {"Left", "Right"}, "Right");
  }
  if (const auto padding = file.optional_object("padding")) {
    const auto strategy = padding->value().find("strategy");
    if (strategy != padding->value().end() && strategy->is_object())
      padding->object("strategy").integer("Fixed", not_negative);
    else
      check_choice(*padding, "strategy", {"BatchLongest"}, "");
    check_choice(*padding, "direction", {"Left", "Right"}, "");
    padding->optional_integer("pad_to_multiple_of", not_negative);
    padding->integer("pad_id", not_negative);
    padding->integer("pad_type_id", not_negative);
    padding->text("pad_token");
  }
}

}  // namespace detail

// Throws FileError for what is not JSON, ConfigError for a key that is missing, wrong or contradicts another, and
// UnsupportedError, which names the part and what is supported, for valid files of other kinds.
inline TokenizerParts read_tokenizer_json(std::string_view json, const std::string& file_name) {
  const JsonObject file = JsonObject::parse(json, file_name);
  if (const std::string version = file.text("version", "1.0"); version != "1.0")
    throw UnsupportedError(file.where("version") + ": " + in_quotes(version) + " is not supported; supported: 1.0");
  TokenizerParts parts;

  const JsonObject model = file.object("model");
  if (const std::string type = detail::model_type(model); type != "WordPiece")
    detail::refuse_type(model, type, "WordPiece");
  // Parts that are not supported are named before a vocabulary is read.
  std::vector<NormalizerStep> normalizers;
  if (const auto part = file.optional_object("normalizer")) detail::read_normalizer(*part, normalizers);
  parts.normalizer = Normalizer(std::move(normalizers));
  std::vector<PreTokenizerStep> pre_tokenizers;
  if (const auto part = file.optional_object("pre_tokenizer")) detail::read_pre_tokenizer(*part, pre_tokenizers);
  parts.pre_tokenizer = PreTokenizer(std::move(pre_tokenizers));

  parts.vocabulary = detail::read_vocabulary(model);
  const WordPiece word_piece(parts.vocabulary,
                             {.unknown_token = model.text("unk_token"),
                              .continuing_subword_prefix = model.text("continuing_subword_prefix"),
                              .max_input_chars_per_word = model.integer("max_input_chars_per_word", {0, INT64_MAX})},
                             model.where("unk_token"));
  parts.names.unk = word_piece.options().unknown_token;
  parts.model = word_piece;
  parts.added =
      AddedTokens(detail::read_added_tokens(file), parts.vocabulary, parts.normalizer, parts.classes, file.file());
  if (const auto part = file.optional_object("post_processor"))
    parts.post_processor = detail::read_post_processor(*part, parts);
  detail::check_truncation_and_padding(file);
  return parts;
}

}  // namespace encore::text
