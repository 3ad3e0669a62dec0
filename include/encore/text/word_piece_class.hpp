// SPDX-License-Identifier: Apache-2.0
// Tokenizers of a WordPiece vocabulary and what transformers' classes put around it: BertTokenizer and its like, and
// MPNetTokenizer, which has RoBERTa's special tokens and template.
#pragma once

#include <encore/text/class_tokens.hpp>
#include <encore/text/tokenizer_class.hpp>
#include <encore/text/tokenizer_files.hpp>
#include <encore/text/tokenizer_parts.hpp>
#include <encore/text/vocabulary_options.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace encore::text {

// Throws ConfigError for tokens that contradict each other or that the template lacks.
inline TokenizerParts word_piece_parts(Vocabulary vocabulary, const VocabularyOptions& options, TokenizerRecipe recipe,
                                       const std::string& source) {
  TokenizerParts parts;
  parts.vocabulary = std::move(vocabulary);
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
  parts.added = AddedTokens(std::move(added), parts.vocabulary, parts.normalizer, parts.classes, source);
  parts.model = WordPiece(parts.vocabulary, {.unknown_token = options.unk_token}, source);
  parts.names = {options.cls_token, options.sep_token, options.pad_token, options.mask_token, options.unk_token};
  const std::int32_t cls = template_token_id(parts, options.added_tokens, options.cls_token, source);
  const std::int32_t sep = template_token_id(parts, options.added_tokens, options.sep_token, source);
  parts.post_processor = recipe == TokenizerRecipe::mpnet
                             ? roberta_post_processor(options.cls_token, cls, options.sep_token, sep)
                             : bert_post_processor(options.cls_token, cls, options.sep_token, sep);
  parts.decoder = Decoder({WordPieceDecoder{}});
  return parts;
}

// What the files say of a class, over its defaults.
inline VocabularyOptions word_piece_options(const TokenizerFiles& files, TokenizerRecipe recipe) {
  VocabularyOptions options;
  const bool mpnet = recipe == TokenizerRecipe::mpnet;
  if (mpnet) {
    options.cls_token = "<s>";
    options.sep_token = "</s>";
    options.pad_token = "<pad>";
    options.mask_token = "<mask>";
  }
  if (files.config) {
    options.lowercase = files.config->boolean("do_lower_case", options.lowercase);
    options.strip_accents = files.config->nullable().optional_boolean("strip_accents");
    options.tokenize_chinese_chars = files.config->boolean("tokenize_chinese_chars", options.tokenize_chinese_chars);
  }
  const SpecialTokenNames names =
      files.names({options.cls_token, options.sep_token, options.pad_token, options.mask_token, options.unk_token});
  options.unk_token = names.unk;
  options.sep_token = names.sep;
  options.pad_token = names.pad;
  options.cls_token = names.cls;
  options.mask_token = names.mask;
  auto defaults = special_tokens(names);
  // MPNet's mask takes the space before it, where the files give no more than its name.
  if (mpnet) defaults["mask_token"].lstrip = true;
  options.added_tokens = files.added_tokens(defaults);
  return options;
}

}  // namespace encore::text
