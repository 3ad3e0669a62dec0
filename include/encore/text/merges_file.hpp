// SPDX-License-Identifier: Apache-2.0
// RoBERTa's tokenizer from before tokenizer.json: vocab.json and merges.txt, and what the files beside them say. The
// conventions are those of transformers' RobertaTokenizerFast, and of DebertaTokenizerFast for DeBERTa's first version.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/model_json.hpp>
#include <encore/text/tokenizer_class.hpp>
#include <encore/text/tokenizer_files.hpp>
#include <encore/text/tokenizer_parts.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

// The merges of a merges.txt: two tokens a line, behind a line "#version". Throws FileError, naming the line, for
// others and for bytes that are not UTF-8.
inline BytePairEncoding::MergeList read_merges_file(std::string_view content, const std::string& file_name) {
  BytePairEncoding::MergeList merges;
  for (std::size_t number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("#version") || (line.empty() && content.empty())) continue;
    auto merge = detail::split_merge(line);
    if (merge.first.empty() || merge.second.empty() || !is_valid_utf8(line))
      throw FileError(file_name + ": line " + std::to_string(number) + " is not two tokens with a space between");
    merges.push_back(std::move(merge));
  }
  return merges;
}

// Throws UnsupportedError for a tokenizer_class that is not RoBERTa's or DeBERTa's.
inline TokenizerParts read_merges_folder(const ModelFolder& folder) {
  const TokenizerFiles files(folder);
  std::string name = tokenizer_class(folder, files);
  if (name.empty()) name = "RobertaTokenizer";
  const bool is_deberta = is_class(name, "DebertaTokenizer");
  if (!is_deberta && !is_class(name, "RobertaTokenizer") && !is_class(name, "LongformerTokenizer") &&
      !is_class(name, "BartTokenizer") && !is_class(name, "LEDTokenizer"))
    throw UnsupportedError(folder.label("vocab.json") + ": a " + in_quotes(name) +
                           " without a tokenizer.json is not supported; supported: RobertaTokenizer and its like "
                           "(Longformer, Bart, LED), DebertaTokenizer, and any with a tokenizer.json");
  TokenizerParts parts;
  const std::string vocabulary = folder.label("vocab.json");
  parts.vocabulary = detail::read_vocabulary(
      JsonObject::with_member("vocab", parse_json(folder.read("vocab.json"), vocabulary), vocabulary));
  const std::string merges = folder.label("merges.txt");
  parts.model = BytePairEncoding(parts.vocabulary, read_merges_file(folder.read("merges.txt"), merges),
                                 {.byte_level = true}, merges);
  const auto flag = [&](std::string_view key, bool fallback) {
    return files.config ? files.config->boolean(key, fallback) : fallback;
  };
  const bool prefix_space = flag("add_prefix_space", false);
  std::vector<PreTokenizerStep> steps;
  if (prefix_space) steps.push_back(PrefixSpace{});
  steps.push_back(Gpt2Words{});
  parts.pre_tokenizer = PreTokenizer(std::move(steps));

  parts.names =
      files.names(is_deberta ? SpecialTokenNames{} : SpecialTokenNames{"<s>", "</s>", "<pad>", "<mask>", "<unk>"});
  const auto special = [](const std::string& content) { return AddedToken{.content = content, .special = true}; };
  std::map<std::string_view, AddedToken> defaults{
      {"bos_token", special(parts.names.cls)},  {"eos_token", special(parts.names.sep)},
      {"unk_token", special(parts.names.unk)},  {"sep_token", special(parts.names.sep)},
      {"pad_token", special(parts.names.pad)},  {"cls_token", special(parts.names.cls)},
      {"mask_token", special(parts.names.mask)}};
  std::vector<AddedToken> added = files.added_tokens(defaults);
  let_mask_take_space(files, parts.names.mask, added);
  parts.added = AddedTokens(std::move(added), parts.vocabulary, parts.normalizer, parts.classes, vocabulary);
  const auto id = [&](const std::string& content) {
    const AddedToken* token = parts.added.find(content);
    if (!token) throw ConfigError(vocabulary + ": the names of the tokens around a text must not be empty");
    return *token->id;
  };
  const auto& [cls, sep, pad, mask_name, unk] = parts.names;
  parts.post_processor =
      is_deberta ? bert_post_processor(cls, id(cls), sep, id(sep)) : roberta_post_processor(cls, id(cls), sep, id(sep));
  if (!is_deberta && flag("trim_offsets", true)) parts.post_processor.trimming = SpaceTrimming{prefix_space};
  return parts;
}

}  // namespace encore::text
