// SPDX-License-Identifier: Apache-2.0
// Special tokens as transformers' tokenizer classes take them, over whatever vocabulary.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/added_token.hpp>
#include <encore/text/special_token_names.hpp>
#include <encore/text/tokenizer_parts.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace encore::text {

// By key of tokenizer_config.json, for TokenizerFiles::added_tokens.
inline std::map<std::string_view, AddedToken> special_tokens(const SpecialTokenNames& names) {
  const auto special = [](const std::string& content) { return AddedToken{.content = content, .special = true}; };
  return {{"unk_token", special(names.unk)},
          {"sep_token", special(names.sep)},
          {"pad_token", special(names.pad)},
          {"cls_token", special(names.cls)},
          {"mask_token", special(names.mask)}};
}
// The same of a class that calls the first and last token of a text bos_token and eos_token too.
inline std::map<std::string_view, AddedToken> special_tokens_with_ends(const SpecialTokenNames& names) {
  auto tokens = special_tokens(names);
  tokens["bos_token"] = tokens["cls_token"];
  tokens["eos_token"] = tokens["sep_token"];
  return tokens;
}

// The id of a token that a template puts around every text. Throws ConfigError, beginning with `source`, where it is
// neither in the vocabulary nor listed with an id: any id made up for it would be beyond the model's embeddings.
inline std::int32_t template_token_id(const TokenizerParts& parts, const std::vector<AddedToken>& listed,
                                      const std::string& content, const std::string& source) {
  if (content.empty()) throw ConfigError(source + ": the names of the tokens around a text must not be empty");
  const bool given = std::any_of(listed.begin(), listed.end(),
                                 [&](const AddedToken& token) { return token.id && token.content == content; });
  if (!given && parts.vocabulary.id_of(content) < 0)
    throw ConfigError(source + ": the vocabulary lacks " + in_quotes(content) + ", which stands around every text");
  return *parts.added.find(content)->id;
}

}  // namespace encore::text
