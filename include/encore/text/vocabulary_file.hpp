// SPDX-License-Identifier: Apache-2.0
// Tokenizers from before tokenizer.json: vocab.txt, and what tokenizer_config.json, special_tokens_map.json and
// added_tokens.json say about it. The conventions are those of transformers' BertTokenizerFast.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/tokenizer_parts.hpp>
#include <encore/text/vocabulary_options.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace encore {

namespace text {

// The tokens of a vocab.txt: one a line, without white space at its end; ids from 0. Of equal lines the last counts.
// (So does the tokenizers library, and transformers since version 5, read it; version 4 kept that white space.) Throws
// FileError, naming the line, for bytes that are not UTF-8.
inline Vocabulary read_vocabulary_file(std::string_view content, const std::string& file_name) {
  std::vector<std::string_view> lines;
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view line = content.substr(0, end);
    if (!is_valid_utf8(line))
      throw FileError(file_name + ": line " + std::to_string(lines.size() + 1) + " is not UTF-8");
    for (const char* at = line.data() + line.size(); !line.empty();) {
      if (!detail::within(white_space_characters, decode_before(line.data(), at))) break;
      line = line.substr(0, std::size_t(at - line.data()));
    }
    lines.push_back(line);
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  std::vector<std::pair<std::string_view, std::size_t>> order;
  for (std::size_t i = 0; i < lines.size(); ++i) order.emplace_back(lines[i], i);
  std::sort(order.begin(), order.end());
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < order.size(); ++i)
    if (i + 1 == order.size() || order[i + 1].first != order[i].first)
      entries.emplace_back(std::string(order[i].first), std::int32_t(order[i].second));
  if (entries.empty()) throw FileError(file_name + ": holds no tokens");
  return Vocabulary(std::move(entries), file_name);
}

// Throws FileError as above, and ConfigError for tokens that contradict each other.
inline TokenizerParts read_bert_vocabulary(std::string_view vocabulary, const VocabularyOptions& options,
                                           const std::string& file_name) {
  TokenizerParts parts;
  parts.vocabulary = read_vocabulary_file(vocabulary, file_name);
  parts.normalizer = Normalizer({BertNormalizer({.clean_text = true,
                                                 .handle_chinese_chars = options.tokenize_chinese_chars,
                                                 .strip_accents = options.strip_accents.value_or(options.lowercase),
                                                 .lowercase = options.lowercase})});
  parts.pre_tokenizer = PreTokenizer({BertPreTokenizer{}});
  std::vector<AddedToken> added = options.added_tokens;
  for (const std::string* name :
       {&options.unk_token, &options.sep_token, &options.pad_token, &options.cls_token, &options.mask_token}) {
    const bool there =
        std::any_of(added.begin(), added.end(), [&](const AddedToken& token) { return token.content == *name; });
    if (!there) added.push_back({.content = *name, .special = true});
  }
  parts.added = AddedTokens(std::move(added), parts.vocabulary, parts.normalizer, parts.classes, file_name);
  parts.model = WordPiece(parts.vocabulary, {.unknown_token = options.unk_token}, file_name);
  parts.names = {options.cls_token, options.sep_token, options.pad_token, options.mask_token, options.unk_token};
  if (!parts.added.find(options.cls_token) || !parts.added.find(options.sep_token))
    throw ConfigError(file_name + ": the names of the tokens before and behind a text must not be empty");
  parts.post_processor = bert_post_processor(options.cls_token, *parts.added.find(options.cls_token)->id,
                                             options.sep_token, *parts.added.find(options.sep_token)->id);
  return parts;
}

namespace detail {

// A token in tokenizer_config.json and its like: a name, or an object with flags.
inline std::optional<AddedToken> read_token(const JsonObject& file, std::string_view key) {
  const auto found = file.value().find(key);
  if (found == file.value().end() || found->is_null()) return std::nullopt;
  if (!found->is_object()) return AddedToken{.content = file.text(key), .special = true};
  const JsonObject token = file.object(key);
  return AddedToken{.content = token.text("content"),
                    .single_word = token.boolean("single_word", false),
                    .lstrip = token.boolean("lstrip", false),
                    .rstrip = token.boolean("rstrip", false),
                    .normalized = token.boolean("normalized", false),
                    .special = token.boolean("special", true)};
}

inline constexpr std::array<std::string_view, 7> special_token_keys{"bos_token", "eos_token", "unk_token", "sep_token",
                                                                    "pad_token", "cls_token", "mask_token"};

// The files beside a vocabulary, as far as they are there.
struct TokenizerFiles {
  std::optional<JsonObject> config;              // tokenizer_config.json
  std::map<std::string_view, AddedToken> named;  // by key of special_token_keys
  std::vector<AddedToken> decoder;               // added tokens that claim an id, by id
  std::vector<AddedToken> extra;                 // additional special tokens

  explicit TokenizerFiles(const ModelFolder& folder) {
    const auto object = [&](std::string_view file) -> std::optional<JsonObject> {
      if (!folder.has(file)) return std::nullopt;
      return JsonObject::parse(folder.read(file, Folder::max_config_bytes), folder.label(file));
    };
    config = object("tokenizer_config.json");
    if (config) read_names(*config);
    const auto decoder_of_config = config ? config->optional_object("added_tokens_decoder") : std::nullopt;
    if (decoder_of_config) {
      read_decoder(*decoder_of_config);
    } else {
      if (const auto map = object("special_tokens_map.json")) read_names(*map);
      if (const auto added = object("added_tokens.json")) read_added(*added);
    }
    std::sort(decoder.begin(), decoder.end(), [](const AddedToken& a, const AddedToken& b) { return *a.id < *b.id; });
  }

  std::string name(std::string_view key, const std::string& fallback) const {
    const auto found = named.find(key);
    return found == named.end() ? fallback : found->second.content;
  }

 private:
  void read_names(const JsonObject& file) {
    for (const auto key : special_token_keys)
      if (auto token = read_token(file, key)) named[key] = std::move(*token);
    for (const std::string_view key : {"additional_special_tokens", "extra_special_tokens"}) {
      const auto list = file.value().find(key);
      if (list == file.value().end() || !list->is_array()) continue;
      extra.clear();
      for (std::size_t i = 0; i < list->size(); ++i) {
        const JsonObject wrapped({{"token", (*list)[i]}}, file.file(), std::string(key));
        if (auto token = read_token(wrapped, "token")) extra.push_back(std::move(*token));
      }
    }
  }
  void read_decoder(const JsonObject& file) {
    for (const auto& [id, token] : file.value().items()) {
      const bool digits = !id.empty() && id.size() < 10 && id.find_first_not_of("0123456789") == id.npos;
      if (!digits) throw file.error(id, "is not a token's id");
      AddedToken added = *read_token(file, id);
      added.id = std::int32_t(std::stol(id));
      decoder.push_back(std::move(added));
    }
  }
  void read_added(const JsonObject& file) {
    for (const auto& [content, id] : file.value().items()) {
      const auto is_it = [&, &name = content](const AddedToken& token) { return token.content == name; };
      const bool special =
          std::any_of(extra.begin(), extra.end(), is_it) ||
          std::any_of(named.begin(), named.end(), [&](const auto& entry) { return is_it(entry.second); });
      decoder.push_back({.content = content,
                         .id = std::int32_t(file.integer(content, {0, INT32_MAX})),
                         .normalized = !special,
                         .special = special});
    }
  }
};

// The classes of transformers whose tokenizer is BERT's.
inline bool is_bert_class(std::string_view name) {
  if (name.ends_with("Fast")) name.remove_suffix(4);
  static constexpr std::array<std::string_view, 12> names{
      "BertTokenizer",      "DistilBertTokenizer", "ElectraTokenizer",     "MobileBertTokenizer",
      "ConvBertTokenizer",  "LxmertTokenizer",     "SqueezeBertTokenizer", "LayoutLMTokenizer",
      "RetriBertTokenizer", "FunnelTokenizer",     "RealmTokenizer",       "DPRQuestionEncoderTokenizer"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace detail

// What a folder with a vocab.txt says. Throws UnsupportedError for a tokenizer_class that is not BERT's.
inline VocabularyOptions read_vocabulary_options(const ModelFolder& folder) {
  const detail::TokenizerFiles files(folder);
  VocabularyOptions options;
  if (files.config) {
    const std::string name = files.config->text("tokenizer_class", "BertTokenizer");
    if (!detail::is_bert_class(name))
      throw UnsupportedError(
          files.config->where("tokenizer_class") + ": " + in_quotes(name) +
          " without a tokenizer.json is not supported; supported: BertTokenizer and its like (DistilBert, "
          "Electra, MobileBert, ...), and any with a tokenizer.json");
    options.lowercase = files.config->boolean("do_lower_case", options.lowercase);
    options.strip_accents = files.config->optional_boolean("strip_accents");
    options.tokenize_chinese_chars = files.config->boolean("tokenize_chinese_chars", options.tokenize_chinese_chars);
  }
  options.unk_token = files.name("unk_token", options.unk_token);
  options.sep_token = files.name("sep_token", options.sep_token);
  options.pad_token = files.name("pad_token", options.pad_token);
  options.cls_token = files.name("cls_token", options.cls_token);
  options.mask_token = files.name("mask_token", options.mask_token);
  options.added_tokens = files.decoder;
  const auto add = [&](const AddedToken& token) {
    for (const AddedToken& known : options.added_tokens)
      if (known.content == token.content) return;
    options.added_tokens.push_back(token);
  };
  const auto add_named = [&](std::string_view key, const std::string& name) {
    const auto found = files.named.find(key);
    if (found != files.named.end())
      add(found->second);
    else if (!name.empty())
      add({.content = name, .special = true});
  };
  // transformers' order, by which tokens that the vocabulary lacks get their ids.
  add_named("bos_token", "");
  add_named("eos_token", "");
  add_named("unk_token", options.unk_token);
  add_named("sep_token", options.sep_token);
  add_named("pad_token", options.pad_token);
  add_named("cls_token", options.cls_token);
  add_named("mask_token", options.mask_token);
  for (const AddedToken& token : files.extra) add(token);
  return options;
}

// What the files beside a tokenizer.json change: the names of special tokens; and do_lower_case, strip_accents and
// tokenize_chinese_chars, where they are given for a class that is BERT's, rule over the normaliser, as in
// transformers.
inline void apply_tokenizer_config(const ModelFolder& folder, TokenizerParts& parts) {
  const detail::TokenizerFiles files(folder);
  auto& names = parts.names;
  names = {files.name("cls_token", names.cls), files.name("sep_token", names.sep), files.name("pad_token", names.pad),
           files.name("mask_token", names.mask), files.name("unk_token", names.unk)};
  if (!files.config || !detail::is_bert_class(files.config->text("tokenizer_class", ""))) return;
  const auto& steps = parts.normalizer.steps();
  const auto* bert = steps.size() == 1 ? std::get_if<BertNormalizer>(&steps.front()) : nullptr;
  if (!bert) return;
  auto options = bert->options();
  const bool as_lowercase = options.strip_accents == options.lowercase;
  options.lowercase = files.config->boolean("do_lower_case", options.lowercase);
  options.strip_accents =
      files.config->boolean("strip_accents", as_lowercase ? options.lowercase : options.strip_accents);
  options.handle_chinese_chars = files.config->boolean("tokenize_chinese_chars", options.handle_chinese_chars);
  if (options == bert->options()) return;
  parts.normalizer = Normalizer({BertNormalizer(options)});
  // Those that are sought in the normalised text are to be normalised anew.
  parts.added = AddedTokens(parts.added.tokens(), parts.vocabulary, parts.normalizer, parts.classes,
                            folder.label("tokenizer.json"));
}

}  // namespace text
}  // namespace encore
