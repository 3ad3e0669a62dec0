// SPDX-License-Identifier: Apache-2.0
// Which of transformers' tokenizer classes a folder without a tokenizer.json is for.
#pragma once

#include <encore/io/json.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/tokenizer_files.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

// Whether a class is that one, or its fast variant.
inline bool is_class(std::string_view name, std::string_view wanted) {
  if (name.ends_with("Fast")) name.remove_suffix(4);
  return name == wanted;
}

// tokenizer_class of tokenizer_config.json; without it what model_type of config.json stands for.
inline std::string tokenizer_class(const ModelFolder& folder, const TokenizerFiles& files) {
  if (files.config)
    if (const auto name = files.config->optional_text("tokenizer_class")) return *name;
  const std::string type = folder.has("config.json") ? folder.config().text("model_type", "") : "";
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> known{
      {{"roberta", "RobertaTokenizer"},
       {"longformer", "LongformerTokenizer"},
       {"bart", "BartTokenizer"},
       {"deberta", "DebertaTokenizer"},
       {"deberta-v2", "DebertaV2Tokenizer"},
       {"albert", "AlbertTokenizer"},
       {"t5", "T5Tokenizer"},
       {"mt5", "T5Tokenizer"},
       {"umt5", "T5Tokenizer"},
       {"xlm-roberta", "XLMRobertaTokenizer"},
       {"xlm-roberta-xl", "XLMRobertaTokenizer"},
       {"camembert", "CamembertTokenizer"}}};
  for (const auto& [model, name] : known)
    if (model == type) return std::string(name);
  return "";
}

// A mask token that the files give by its name alone takes the space before it in RoBERTa's and ALBERT's classes.
inline void let_mask_take_space(const TokenizerFiles& files, const std::string& mask, std::vector<AddedToken>& added) {
  for (AddedToken& token : added)
    if (token.content == mask && !token.id && !files.has_flags("mask_token")) token.lstrip = true;
}

}  // namespace encore::text
