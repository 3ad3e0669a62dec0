// SPDX-License-Identifier: Apache-2.0
// Tokenizers of byte-level byte-pair encoding and what transformers' classes put around it: RobertaTokenizer and its
// like, and DebertaTokenizer for DeBERTa's first version.
#pragma once

#include <encore/text/class_tokens.hpp>
#include <encore/text/tokenizer_class.hpp>
#include <encore/text/tokenizer_files.hpp>
#include <encore/text/tokenizer_parts.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace encore::text {

// Throws ConfigError for tokens that contradict each other or that the template lacks.
inline TokenizerParts byte_level_parts(Vocabulary vocabulary, BytePairEncoding::MergeList merges,
                                       const TokenizerFiles& files, TokenizerRecipe recipe, const std::string& source) {
  TokenizerParts parts;
  parts.vocabulary = std::move(vocabulary);
  parts.model = BytePairEncoding(parts.vocabulary, std::move(merges), {.byte_level = true}, source);
  const bool prefix_space = files.flag("add_prefix_space", false);
  std::vector<PreTokenizerStep> steps;
  if (prefix_space) steps.push_back(PrefixSpace{});
  steps.push_back(Gpt2Words{});
  parts.pre_tokenizer = PreTokenizer(std::move(steps));

  const bool deberta = recipe == TokenizerRecipe::deberta;
  parts.names =
      files.names(deberta ? SpecialTokenNames{} : SpecialTokenNames{"<s>", "</s>", "<pad>", "<mask>", "<unk>"});
  const std::vector<AddedToken> added = files.added_tokens(special_tokens_with_ends(parts.names));
  parts.added = AddedTokens(added, parts.vocabulary, parts.normalizer, parts.classes, source);
  const std::int32_t cls = template_token_id(parts, added, parts.names.cls, source);
  const std::int32_t sep = template_token_id(parts, added, parts.names.sep, source);
  parts.post_processor = roberta_post_processor(parts.names.cls, cls, parts.names.sep, sep);
  if (!deberta && files.flag("trim_offsets", true)) parts.post_processor.trimming = SpaceTrimming{prefix_space};
  parts.decoder = Decoder({ByteLevelDecoder{}});
  return parts;
}

}  // namespace encore::text
