// SPDX-License-Identifier: Apache-2.0
// Tokenizers from before tokenizer.json: vocab.txt, and what tokenizer_config.json, special_tokens_map.json and
// added_tokens.json say about it. The conventions are those of transformers' BertTokenizerFast.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/tokenizer_files.hpp>
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
  const TokenizerFiles files(folder);
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
  const auto special = [](const std::string& name) { return AddedToken{.content = name, .special = true}; };
  options.added_tokens = files.added_tokens({{"unk_token", special(options.unk_token)},
                                             {"sep_token", special(options.sep_token)},
                                             {"pad_token", special(options.pad_token)},
                                             {"cls_token", special(options.cls_token)},
                                             {"mask_token", special(options.mask_token)}});
  return options;
}

// What the files beside a tokenizer.json change: the names of special tokens; and do_lower_case, strip_accents and
// tokenize_chinese_chars, where they are given for a class that is BERT's, rule over the normaliser, as in
// transformers.
inline void apply_tokenizer_config(const ModelFolder& folder, TokenizerParts& parts) {
  const TokenizerFiles files(folder);
  parts.names = files.names(parts.names);
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
