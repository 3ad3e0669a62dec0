// SPDX-License-Identifier: Apache-2.0
// Which of transformers' tokenizer classes a folder is for. A class brings its own normaliser, pre-tokeniser and
// template, whatever a tokenizer.json says of them; only the generic one takes the file as it stands.
// transformers/models/auto/tokenization_auto.py, version 5.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/tokenizer_files.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace encore::text {

// What a class brings: word_piece_class.hpp, byte_level_class.hpp, unigram_class.hpp.
enum class TokenizerRecipe : std::uint8_t {
  as_saved,  // what tokenizer.json says
  bert,
  mpnet,
  roberta,
  deberta,
  deberta_v2,
  albert,
  camembert,
  xlm_roberta,
  t5,
  none,  // not supported
};

struct TokenizerClass {
  std::string name;  // as the folder has it, or by model_type; empty where nothing says
  TokenizerRecipe recipe = TokenizerRecipe::as_saved;
  bool token_types = false;  // model_input_names has token_type_ids unless the folder says otherwise
};

namespace detail {

struct KnownTokenizerClass {
  std::string_view name;
  TokenizerRecipe recipe;
  bool token_types;
};

// "Fast" at the end of a name means nothing.
inline std::string_view without_fast(std::string_view name) {
  if (name.ends_with("Fast")) name.remove_suffix(4);
  return name;
}

inline const KnownTokenizerClass* find_tokenizer_class(std::string_view name) {
  using R = TokenizerRecipe;
  static constexpr KnownTokenizerClass known[] = {
      {"BertTokenizer", R::bert, true},
      {"DistilBertTokenizer", R::bert, false},
      {"ElectraTokenizer", R::bert, true},
      {"MobileBertTokenizer", R::bert, true},
      {"ConvBertTokenizer", R::bert, true},
      {"LxmertTokenizer", R::bert, true},
      {"SqueezeBertTokenizer", R::bert, true},
      {"LayoutLMTokenizer", R::bert, true},
      {"DPRQuestionEncoderTokenizer", R::bert, true},
      {"DPRContextEncoderTokenizer", R::bert, true},
      {"MPNetTokenizer", R::mpnet, false},
      {"RobertaTokenizer", R::roberta, false},
      {"LongformerTokenizer", R::roberta, false},
      {"BartTokenizer", R::roberta, false},
      {"LEDTokenizer", R::roberta, false},
      {"DebertaTokenizer", R::deberta, true},
      {"DebertaV2Tokenizer", R::deberta_v2, true},
      {"AlbertTokenizer", R::albert, false},
      {"CamembertTokenizer", R::camembert, false},
      {"XLMRobertaTokenizer", R::xlm_roberta, false},
      {"T5Tokenizer", R::t5, false},
  };
  name = without_fast(name);
  for (const KnownTokenizerClass& one : known)
    if (one.name == name) return &one;
  return nullptr;
}

// Classes of transformers with a recipe of their own that there is none of here.
inline bool is_other_tokenizer_class(std::string_view name) {
  static constexpr std::string_view others =
      " BarthezTokenizer BartphoTokenizer BertGenerationTokenizer BertJapaneseTokenizer BertweetTokenizer"
      " BigBirdTokenizer BioGptTokenizer BlenderbotTokenizer BlenderbotSmallTokenizer ByT5Tokenizer"
      " CLIPTokenizer CanineTokenizer CodeLlamaTokenizer CohereTokenizer CpmAntTokenizer CpmTokenizer"
      " CTRLTokenizer DPRReaderTokenizer EsmTokenizer EsmcTokenizer FNetTokenizer FSMTTokenizer"
      " FlaubertTokenizer FunnelTokenizer GPT2Tokenizer GPTNeoXJapaneseTokenizer GPTNeoXTokenizer"
      " GPTSw3Tokenizer GemmaTokenizer HerbertTokenizer LayoutLMv2Tokenizer LayoutLMv3Tokenizer"
      " LayoutXLMTokenizer LlamaTokenizer LukeTokenizer M2M100Tokenizer MBart50Tokenizer MBartTokenizer"
      " MLukeTokenizer MarianTokenizer MarkupLMTokenizer MvpTokenizer NllbTokenizer NougatTokenizer"
      " OpenAIGPTTokenizer PLBartTokenizer PegasusTokenizer PerceiverTokenizer PhobertTokenizer"
      " ProphetNetTokenizer Qwen2Tokenizer Qwen3_5Tokenizer ReformerTokenizer RemBertTokenizer"
      " RoCBertTokenizer RoFormerTokenizer SplinterTokenizer TapasTokenizer UdopTokenizer XGLMTokenizer"
      " XLMTokenizer XLNetTokenizer ";
  return others.find(" " + std::string(without_fast(name)) + " ") != others.npos;
}

// The class that a model_type stands for; "TokenizersBackend" is the generic one.
inline std::string_view tokenizer_class_of_model(std::string_view type) {
  static constexpr std::pair<std::string_view, std::string_view> known[] = {
      {"bert", "BertTokenizer"},
      {"convbert", "BertTokenizer"},
      {"distilbert", "BertTokenizer"},
      {"dpr", "DPRQuestionEncoderTokenizer"},
      {"electra", "BertTokenizer"},
      {"ernie", "BertTokenizer"},
      {"layoutlm", "BertTokenizer"},
      {"lxmert", "LxmertTokenizer"},
      {"megatron-bert", "BertTokenizer"},
      {"mobilebert", "MobileBertTokenizer"},
      {"nezha", "BertTokenizer"},
      {"nomic_bert", "BertTokenizer"},
      {"squeezebert", "BertTokenizer"},
      {"mpnet", "MPNetTokenizer"},
      {"bart", "RobertaTokenizer"},
      {"data2vec-text", "RobertaTokenizer"},
      {"ibert", "RobertaTokenizer"},
      {"led", "LEDTokenizer"},
      {"lilt", "RobertaTokenizer"},
      {"longformer", "RobertaTokenizer"},
      {"roberta", "RobertaTokenizer"},
      {"roberta-prelayernorm", "RobertaTokenizer"},
      {"deberta", "DebertaTokenizer"},
      {"deberta-v2", "DebertaV2Tokenizer"},
      {"albert", "AlbertTokenizer"},
      {"yoso", "AlbertTokenizer"},
      {"camembert", "CamembertTokenizer"},
      {"gte", "XLMRobertaTokenizer"},
      {"jina_embeddings_v3", "XLMRobertaTokenizer"},
      {"xlm-roberta", "XLMRobertaTokenizer"},
      {"xmod", "XLMRobertaTokenizer"},
      {"mt5", "T5Tokenizer"},
      {"t5", "T5Tokenizer"},
      {"roformer", "RoFormerTokenizer"},
      {"modernbert", "TokenizersBackend"},
      {"modernbert-decoder", "TokenizersBackend"},
      {"umt5", "TokenizersBackend"},
      {"xlm-roberta-xl", "TokenizersBackend"},
  };
  for (const auto& [model, name] : known)
    if (model == type) return name;
  return "";
}

}  // namespace detail

// Throws UnsupportedError naming the class and those that can be made over that file.
[[noreturn]] inline void refuse_class(const ModelFolder& folder, std::string_view file, const TokenizerClass& found,
                                      std::string_view supported) {
  throw UnsupportedError(folder.label(file) + ": the tokenizer class " + in_quotes(found.name) +
                         " is not supported over it; supported: " + std::string(supported));
}

// tokenizer_class of tokenizer_config.json, else of config.json; without either what model_type stands for. Some
// model_types overrule what their published folders say.
inline TokenizerClass tokenizer_class(const ModelFolder& folder, const TokenizerFiles& files) {
  std::optional<std::string> declared;
  if (files.config) declared = files.config->nullable().optional_text("tokenizer_class");
  std::string_view registered;
  if (folder.has("config.json")) {
    const JsonObject config = folder.config();
    if (!declared && config.has_text("tokenizer_class")) declared = config.text("tokenizer_class");
    if (config.has_text("model_type")) registered = detail::tokenizer_class_of_model(config.text("model_type"));
  }
  TokenizerClass found{.name = declared.value_or(std::string(registered))};
  if (registered == "TokenizersBackend") return found;
  if (const auto* known = detail::find_tokenizer_class(found.name)) {
    found.recipe = known->recipe;
    found.token_types = known->token_types;
  } else if (detail::is_other_tokenizer_class(found.name)) {
    found.recipe = TokenizerRecipe::none;
  }
  return found;
}

}  // namespace encore::text
