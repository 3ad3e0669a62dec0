// SPDX-License-Identifier: Apache-2.0
// The bodies of io/sentence_transformer.hpp.
#pragma once

#include <encore/io/json.hpp>
#include <encore/io/sentence_transformer.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace encore {

ENCORE_INLINE const TensorEntry& SentenceTransformer::Dense::weight() const { return *weights.find("linear.weight"); }
ENCORE_INLINE const TensorEntry* SentenceTransformer::Dense::bias() const { return weights.find("linear.bias"); }

ENCORE_INLINE std::int64_t SentenceTransformer::dimension() const {
  std::int64_t length = pooling.dimension * std::int64_t(pooling.modes.size());
  for (const auto& module : after_pooling)
    if (const auto* dense = std::get_if<Dense>(&module)) length = dense->out;
  return length;
}

namespace detail {

inline constexpr std::int64_t max_vector_length = 1 << 24;  // beyond any model; keeps products far from overflow

struct SentenceModule {
  JsonObject json;
  std::string type;  // the last component of the Python class: "Pooling"
  std::string path;
};

inline std::vector<SentenceModule> sentence_modules(const Folder& folder) {
  const nlohmann::json list = folder.json("modules.json");
  const std::string source = folder.label("modules.json");
  if (!list.is_array()) throw ConfigError(source + ": want an array of modules");
  std::vector<SentenceModule> modules;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JsonObject json(list[i], source, "[" + std::to_string(i) + "]");
    const std::string type = json.text("type");
    std::string path = json.text("path", "");
    folder.require_inside(path, source);
    modules.push_back({json, type.substr(type.rfind('.') + 1), std::move(path)});
  }
  return modules;
}

inline void require_value(const JsonObject& json, std::string_view key, std::string_view only) {
  if (const std::string value = json.text(key, only); value != only)
    throw UnsupportedError(json.where(key) + ": " + in_quotes(value) + " is not supported; only " + in_quotes(only) +
                           " is");
}

// {"pooling_mode": "mean"} or ["cls", "mean"] since version 6; before, a boolean for each mode, all false standing for
// mean.
inline SentenceTransformer::Pooling read_pooling(const JsonObject& json) {
  using Mode = SentenceTransformer::PoolingMode;
  struct Names {
    std::string_view name, old_key;
    Mode mode;
  };
  // In the order in which the old dialect concatenates.
  constexpr std::array<Names, 6> known{
      {{"cls", "pooling_mode_cls_token", Mode::cls},
       {"max", "pooling_mode_max_tokens", Mode::max},
       {"mean", "pooling_mode_mean_tokens", Mode::mean},
       {"mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens", Mode::mean_sqrt_len},
       {"weightedmean", "pooling_mode_weightedmean_tokens", Mode::weighted_mean},
       {"lasttoken", "pooling_mode_lasttoken", Mode::last_token}}};
  const auto unsupported = [&](std::string_view key, const std::string& value) {
    std::string there;
    for (const Names& names : known) there += " " + std::string(names.name);
    throw UnsupportedError(json.where(key) + ": pooling " + in_quotes(value) + " is not supported; there are" + there);
  };

  SentenceTransformer::Pooling pooling;
  const std::string_view dimension =
      json.has("embedding_dimension") ? "embedding_dimension" : "word_embedding_dimension";
  pooling.dimension = json.integer(dimension, {1, max_vector_length});
  pooling.include_prompt = json.boolean("include_prompt", true);

  const std::string_view key = "pooling_mode";
  if (json.has(key)) {
    const bool one = json.value().at(std::string(key)).is_string();
    for (const std::string& name : one ? std::vector{json.text(key)} : json.texts(key)) {
      const auto found = std::find_if(known.begin(), known.end(), [&](const Names& n) { return n.name == name; });
      if (found == known.end()) unsupported(key, name);
      pooling.modes.push_back(found->mode);
    }
    if (pooling.modes.size() > known.size()) throw json.error(key, "has more entries than there are modes");
  } else {
    for (const auto& [name, value] : json.value().items()) {
      const bool mode = name.starts_with("pooling_mode_") && json.boolean(name, false);
      if (mode && std::none_of(known.begin(), known.end(), [&, &n = name](const Names& k) { return k.old_key == n; }))
        unsupported(name, name);
    }
    for (const Names& names : known)
      if (json.boolean(names.old_key, false)) pooling.modes.push_back(names.mode);
  }
  if (pooling.modes.empty()) pooling.modes.push_back(Mode::mean);
  return pooling;
}

// "torch.nn.modules.activation.Tanh" -> tanh.
inline Activation torch_activation(const JsonObject& json, std::string_view key) {
  constexpr std::array<std::pair<std::string_view, Activation>, 9> known{{{"Tanh", Activation::tanh},
                                                                          {"Identity", Activation::identity},
                                                                          {"GELU", Activation::gelu_erf},
                                                                          {"ReLU", Activation::relu},
                                                                          {"ReLU6", Activation::relu6},
                                                                          {"LeakyReLU", Activation::leaky_relu},
                                                                          {"SiLU", Activation::silu},
                                                                          {"Mish", Activation::mish},
                                                                          {"Sigmoid", Activation::sigmoid}}};
  const std::string path = json.text(key, "torch.nn.modules.activation.Tanh");
  const std::string name = path.substr(path.rfind('.') + 1);
  if (path.starts_with("torch.nn."))
    for (const auto& [torch, activation] : known)
      if (torch == name) return activation;
  std::string there;
  for (const auto& [torch, activation] : known) there += " " + std::string(torch);
  throw UnsupportedError(json.where(key) + ": " + in_quotes(path) + " is not supported; there are, of torch.nn," +
                         there);
}

inline SentenceTransformer::Dense read_dense(const Folder& folder) {
  const JsonObject json = folder.object("config.json");
  require_value(json, "module_input_name", "sentence_embedding");
  require_value(json, "module_output_name", "sentence_embedding");
  if (json.boolean("use_residual", false))
    throw UnsupportedError(json.where("use_residual") + ": a residual dense layer is not supported");
  const std::int64_t in = json.integer("in_features", {1, max_vector_length});
  const std::int64_t out = json.integer("out_features", {1, max_vector_length});
  const bool bias = json.boolean("bias", true);
  const Activation activation = torch_activation(json, "activation_function");

  SentenceTransformer::Dense dense{in, out, activation, Checkpoint::open(folder)};
  std::map<std::string, std::vector<std::int64_t>, std::less<>> wanted{{"linear.weight", {out, in}}};
  if (bias) wanted["linear.bias"] = {out};
  const auto shape_text = [](const std::vector<std::int64_t>& shape) { return nlohmann::json(shape).dump(); };
  std::string faults;
  for (const auto& [name, shape] : wanted) {
    const TensorEntry* entry = dense.weights.find(name);
    if (!entry)
      faults += "\n  missing: " + name + " " + shape_text(shape);
    else if (entry->shape != shape)
      faults += "\n  of the wrong shape: " + name + " " + shape_text(entry->shape) + ", want " + shape_text(shape);
  }
  for (const std::string_view name : dense.weights.names())
    if (!wanted.contains(name)) faults += "\n  unexpected: " + in_quotes(name);
  if (!faults.empty())
    throw WeightsError(folder.label("model.safetensors") + ": the tensors do not match config.json:" + faults);
  return dense;
}

// max_seq_length and do_lower_case; where version 6 says more, it has to say what this library does.
inline void read_transformer_options(const Folder& folder, SentenceTransformer& result) {
  // Older versions named the file after the architecture.
  for (const char* kind : {"bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"}) {
    const std::string file = "sentence_" + std::string(kind) + "_config.json";
    if (!folder.has(file)) continue;
    const JsonObject json = folder.object(file);
    result.max_seq_length = json.nullable().optional_integer("max_seq_length", {1, max_vector_length});
    result.do_lower_case = json.boolean("do_lower_case", false);
    require_value(json, "transformer_task", "feature-extraction");
    require_value(json, "module_output_name", "token_embeddings");
    if (const auto modalities = json.optional_object("modality_config"))
      if (const auto text = modalities->optional_object("text")) {
        require_value(*text, "method", "forward");
        require_value(*text, "method_output_name", "last_hidden_state");
      }
    return;
  }
}

inline void read_prompts(const JsonObject& json, SentenceTransformer& result) {
  if (const auto prompts = json.nullable().optional_object("prompts"))
    for (const auto& [name, value] : prompts->value().items())
      if (auto text = prompts->optional_text(name)) result.prompts[name] = *std::move(text);
  result.default_prompt_name = json.nullable().optional_text("default_prompt_name");
  if (result.default_prompt_name && !result.prompts.contains(*result.default_prompt_name))
    throw json.error("default_prompt_name",
                     "names " + in_quotes(*result.default_prompt_name) + ", which is not among the prompts");
  result.similarity = json.nullable().optional_text("similarity_fn_name");
  constexpr std::array<std::string_view, 4> known{"cosine", "dot", "euclidean", "manhattan"};
  if (result.similarity && std::find(known.begin(), known.end(), *result.similarity) == known.end())
    throw UnsupportedError(json.where("similarity_fn_name") + ": " + in_quotes(*result.similarity) +
                           " is not supported; there are cosine dot euclidean manhattan");
}

}  // namespace detail

ENCORE_INLINE std::optional<std::string> SentenceTransformer::transformer_path(const Folder& folder) {
  if (!folder.has("modules.json")) return std::nullopt;
  for (const auto& module : detail::sentence_modules(folder))
    if (module.type == "Transformer") return module.path;
  return std::nullopt;
}

ENCORE_INLINE std::optional<SentenceTransformer> SentenceTransformer::read(const Folder& folder) {
  if (!folder.has("modules.json")) return std::nullopt;
  SentenceTransformer result;
  const char* prompts_file = "config_sentence_transformers.json";
  if (folder.has(prompts_file)) {
    const JsonObject json = folder.object(prompts_file);
    if (json.text("model_type", "") == "CrossEncoder") return std::nullopt;
    detail::read_prompts(json, result);
  }

  enum class Stage { transformer, pooling, after } stage = Stage::transformer;
  std::int64_t length = 0;
  for (const auto& module : detail::sentence_modules(folder)) {
    const auto refuse = [&](const std::string& what) {
      throw UnsupportedError(module.json.where("type") + ": " + what);
    };
    const Folder inner = folder.folder(module.path);
    if (module.type == "Transformer") {
      if (stage != Stage::transformer) refuse("a Transformer has to come first, and once");
      result.path = module.path;
      detail::read_transformer_options(inner, result);
      stage = Stage::pooling;
    } else if (module.type == "Pooling") {
      if (stage != Stage::pooling) refuse("a Pooling has to follow the Transformer, once");
      result.pooling = detail::read_pooling(inner.object("config.json"));
      length = result.pooling.dimension * std::int64_t(result.pooling.modes.size());
      stage = Stage::after;
    } else if (module.type == "Dense" || module.type == "Normalize") {
      if (stage != Stage::after) refuse("a " + module.type + " before the Pooling is not supported");
      if (module.type == "Dense") {
        auto dense = detail::read_dense(inner);
        if (dense.in != length)
          throw ConfigError(inner.label("config.json") + ": key 'in_features': found " + std::to_string(dense.in) +
                            ", want " + std::to_string(length) + ", the length of what the module before makes");
        length = dense.out;
        result.after_pooling.emplace_back(std::move(dense));
      } else {
        // Versions before 6 write nothing. A module at "" would find the transformer's config.json.
        if (!module.path.empty() && inner.has("config.json")) {
          const JsonObject json = inner.object("config.json");
          detail::require_value(json, "module_input_name", "sentence_embedding");
          detail::require_value(json, "module_output_name", "sentence_embedding");
        }
        result.after_pooling.emplace_back(Normalize{});
      }
    } else {
      refuse("module " + in_quotes(module.type) + " is not supported; there are Transformer Pooling Dense Normalize");
    }
  }
  if (stage != Stage::after)
    throw UnsupportedError(folder.label("modules.json") + ": no Transformer followed by a Pooling");
  return result;
}

}  // namespace encore
