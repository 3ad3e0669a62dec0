// SPDX-License-Identifier: Apache-2.0
// modules.json and what else sentence-transformers' models of every kind have in common: the transformer's options
// (base/modules/transformer.py) and config_sentence_transformers.json (base/model.py). Keys that its constructors do
// not take are refused, as it refuses them; keys that it never looks at change nothing there and pass.
#pragma once

#include <encore/io/folder.hpp>
#include <encore/io/json.hpp>
#include <encore/io/prompts.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore {

namespace detail {

inline constexpr std::int64_t max_vector_length = 1 << 24;  // beyond any model; keeps products far from overflow
inline constexpr const char* sentence_config_file = "config_sentence_transformers.json";

struct SentenceModule {
  JsonObject json;
  std::string type;  // the Python class: "Pooling" of sentence_transformers, all of the name where it is another's
  std::string path;

  [[noreturn]] void refuse(const std::string& what) const { throw UnsupportedError(json.where("type") + ": " + what); }
};

inline std::vector<SentenceModule> sentence_modules(const Folder& folder) {
  const std::string source = folder.label("modules.json");
  std::vector<SentenceModule> modules;
  for (const JsonObject& json : JsonObject::parse_list(folder.read("modules.json", Folder::max_config_bytes), source)) {
    std::string type = json.text("type");
    if (type.starts_with("sentence_transformers.")) type.erase(0, type.rfind('.') + 1);
    std::string path = json.text("path", "");
    folder.require_inside(path, source);
    modules.push_back({json, std::move(type), std::move(path)});
  }
  return modules;
}

// Refuses a value that changes what the model does, as none of these texts is.
inline void require_value(const JsonObject& json, std::string_view key, std::string_view only) {
  if (const std::string value = json.text(key, only); value != only)
    throw UnsupportedError(json.where(key) + ": " + in_quotes(value) + " is not supported; only " + in_quotes(only) +
                           " is");
}

inline void require_keys(const JsonObject& json, std::initializer_list<std::string_view> known) {
  for (const std::string& key : json.keys())
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      std::string there;
      for (const std::string_view name : known) there += " " + std::string(name);
      throw UnsupportedError(json.where(key) + ": is not supported; there are" + there);
    }
}

// A key whose every value but null, {} and [] changes something.
inline void require_nothing(const JsonObject& json, std::string_view key) {
  const auto found = json.value().find(key);
  if (found != json.value().end() && !found->empty())
    throw UnsupportedError(json.where(key) + ": " + in_quotes(found->dump()) + " is not supported; only null is");
}

// sentence_bert_config.json. Older versions named the file after the architecture.
inline std::optional<JsonObject> transformer_options(const Folder& folder) {
  for (const char* kind : {"bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"}) {
    const std::string file = "sentence_" + std::string(kind) + "_config.json";
    if (folder.has(file)) return folder.object(file);
  }
  return std::nullopt;
}

// What the transformer's options do to texts before the model. Throws ConfigError.
struct TextOptions {
  std::optional<std::int64_t> max_seq_length;  // tokens, special ones included
  bool lower_case = false;

  explicit TextOptions(const JsonObject& json)
      : max_seq_length(json.nullable().optional_integer("max_seq_length", {1, max_vector_length})),
        lower_case(json.boolean("do_lower_case", false)) {}
};

// How a Transformer module is used: the task, the model's output that is taken, and what it is called from there on.
struct TransformerUse {
  std::string_view task, output, name;
};
inline constexpr TransformerUse embeds_tokens{"feature-extraction", "last_hidden_state", "token_embeddings"};
inline constexpr TransformerUse scores_texts{"sequence-classification", "logits", "scores"};
inline constexpr TransformerUse fills_masks{"fill-mask", "logits", "token_embeddings"};

// Refuses by name whatever says that the transformer is used otherwise. TextOptions are honoured.
inline void check_transformer_options(const JsonObject& json, const TransformerUse& use) {
  require_keys(json, {"max_seq_length", "do_lower_case", "transformer_task", "modality_config", "module_output_name",
                      "processing_kwargs", "unpad_inputs", "query_length", "document_length", "query_expansion",
                      "model_args", "model_kwargs", "tokenizer_args", "processor_kwargs", "config_args",
                      "config_kwargs", "tokenizer_name_or_path"});
  require_value(json, "transformer_task", use.task);
  // Without modality_config the outputs are those of the task, whatever module_output_name says.
  if (const auto modalities = json.nullable().optional_object("modality_config")) {
    require_value(json, "module_output_name", use.name);
    const JsonObject text = modalities->object("text");
    require_value(text, "method", "forward");
    require_value(text, "method_output_name", use.output);
  }
  // Only texts come in: what is said of images and chats does not matter. unpad_inputs is about memory.
  if (const auto processing = json.nullable().optional_object("processing_kwargs"))
    for (const char* kind : {"text", "common"}) require_nothing(*processing, kind);
  for (const char* key : {"query_length", "document_length", "query_expansion", "tokenizer_args", "processor_kwargs",
                          "config_args", "config_kwargs", "tokenizer_name_or_path"})
    require_nothing(json, key);
  // Of what the model is loaded with, the way to compute attention and the precision are this library's own.
  for (const char* key : {"model_args", "model_kwargs"})
    if (const auto arguments = json.nullable().optional_object(key))
      require_keys(*arguments, {"attn_implementation", "dtype", "torch_dtype", "trust_remote_code"});
}

// `usual` prompts are there, empty, where the file has none of that name.
inline Prompts read_prompts(const JsonObject& json, std::initializer_list<std::string_view> usual = {}) {
  Prompts result;
  if (const auto prompts = json.nullable().optional_object("prompts"))
    for (const std::string& name : prompts->keys()) result.texts[name] = prompts->optional_text(name).value_or("");
  result.default_name = json.nullable().optional_text("default_prompt_name");
  if (!result.default_name || result.texts.contains(*result.default_name)) return result;
  if (std::find(usual.begin(), usual.end(), *result.default_name) == usual.end())
    throw json.error("default_prompt_name",
                     "names " + in_quotes(*result.default_name) + ", which is not among the prompts");
  result.default_name.reset();
  return result;
}

// The class of the model that sentence-transformers saved.
inline std::string sentence_model_type(const Folder& folder) {
  if (!folder.has(sentence_config_file)) return "SentenceTransformer";
  return folder.object(sentence_config_file).text("model_type", "SentenceTransformer");
}

}  // namespace detail
}  // namespace encore
