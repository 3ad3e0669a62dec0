// SPDX-License-Identifier: Apache-2.0
// The bodies of io/sentence_transformer.hpp.
#pragma once

#include <encore/io/json.hpp>
#include <encore/io/sentence_modules.hpp>
#include <encore/io/sentence_transformer.hpp>
#include <encore/io/tensor_faults.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

namespace encore {

ENCORE_INLINE const TensorEntry& SentenceTransformer::Dense::weight() const { return *weights.find("linear.weight"); }
ENCORE_INLINE const TensorEntry* SentenceTransformer::Dense::bias() const { return weights.find("linear.bias"); }

ENCORE_INLINE const TensorEntry& SentenceTransformer::LayerNorm::weight() const { return *weights.find("norm.weight"); }
ENCORE_INLINE const TensorEntry& SentenceTransformer::LayerNorm::bias() const { return *weights.find("norm.bias"); }

ENCORE_INLINE std::int64_t SentenceTransformer::dimension() const {
  std::int64_t length = pooling.dimension * std::int64_t(pooling.modes.size());
  for (const auto& module : after_pooling)
    if (const auto* dense = std::get_if<Dense>(&module)) length = dense->out;
  return truncate_dim ? std::min(length, *truncate_dim) : length;
}

namespace detail {

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
    if (pooling.modes.empty()) throw json.error(key, "names no mode");
    if (std::int64_t(pooling.modes.size()) > max_vector_length / pooling.dimension)
      throw json.error(key, "makes vectors longer than " + std::to_string(max_vector_length));
  } else {
    for (const Names& names : known)
      if (json.boolean(names.old_key, false)) pooling.modes.push_back(names.mode);
    if (pooling.modes.empty()) pooling.modes.push_back(Mode::mean);
  }
  for (const std::string& name : json.keys()) {
    const auto is_it = [&](const Names& names) { return names.old_key == name; };
    if (name.ends_with("embedding_dimension") || name == key || name == "include_prompt" ||
        std::any_of(known.begin(), known.end(), is_it))
      continue;
    // A mode of another version that is not taken changes nothing.
    if (!name.starts_with("pooling_mode_") || json.boolean(name)) unsupported(name, name);
  }
  return pooling;
}

// "torch.nn.modules.activation.Tanh" -> tanh.
inline Activation torch_activation(const JsonObject& json, std::string_view key) {
  const std::string path = json.text(key, "torch.nn.modules.activation.Tanh");
  if (path.starts_with("torch.nn."))
    if (const auto activation = activation_from_torch(path.substr(path.rfind('.') + 1))) return *activation;
  std::string there;
  for (const ActivationNames& known : activation_names)
    if (!known.torch.empty()) there.append(" ").append(known.torch);
  throw UnsupportedError(json.where(key) + ": " + in_quotes(path) + " is not supported; there are, of torch.nn," +
                         there);
}

using WantedTensors = std::map<std::string, std::vector<std::int64_t>, std::less<>>;

// A module's own tensors: these and no others.
inline Checkpoint module_weights(const Folder& folder, const WantedTensors& wanted) {
  Checkpoint weights = Checkpoint::open(folder);
  const auto shape_text = [](const std::vector<std::int64_t>& extents) {
    std::string text = "[";
    for (const std::int64_t extent : extents) text += (text.size() > 1 ? "," : "") + std::to_string(extent);
    return text + "]";
  };
  std::vector<std::string> missing, unexpected, misshaped;
  for (const auto& [name, shape] : wanted) {
    const TensorEntry* entry = weights.find(name);
    if (!entry)
      missing.push_back(tensor_in_quotes(name) + " " + shape_text(shape));
    else if (entry->shape != shape)
      misshaped.push_back(tensor_in_quotes(name) + " is " + shape_text(entry->shape) + ", expected " +
                          shape_text(shape));
  }
  for (const std::string_view name : weights.names())
    if (!wanted.contains(name)) unexpected.push_back(tensor_in_quotes(name));
  const std::string faults = tensor_faults("missing", missing) + tensor_faults("unexpected", unexpected) +
                             tensor_faults("of the wrong shape", misshaped);
  if (!faults.empty())
    throw WeightsError(folder.label("model.safetensors") + ": tensors do not match config.json" + faults);
  return weights;
}

inline SentenceTransformer::Dense read_dense(const Folder& folder) {
  const JsonObject json = folder.object("config.json");
  require_value(json, "module_input_name", "sentence_embedding");
  require_value(json, "module_output_name", "sentence_embedding");
  // Other keys are passed over, as in the reference: other libraries write some.
  if (json.boolean("use_residual", false))
    throw UnsupportedError(json.where("use_residual") + ": a residual dense layer is not supported");
  const std::int64_t in = json.integer("in_features", {1, max_vector_length});
  const std::int64_t out = json.integer("out_features", {1, max_vector_length});
  const bool bias = json.boolean("bias", true);
  const Activation activation = torch_activation(json, "activation_function");

  WantedTensors wanted{{"linear.weight", {out, in}}};
  if (bias) wanted["linear.bias"] = {out};
  return {in, out, activation, module_weights(folder, wanted)};
}

inline SentenceTransformer::LayerNorm read_layer_norm(const Folder& folder, std::int64_t length) {
  const JsonObject json = folder.object("config.json");
  require_keys(json, {"dimension"});
  if (const std::int64_t dimension = json.integer("dimension"); dimension != length)
    throw json.error("dimension", "is " + std::to_string(dimension) + ", want " + std::to_string(length) +
                                      ", the length of what the module before makes");
  return {module_weights(folder, {{"norm.weight", {length}}, {"norm.bias", {length}}})};
}

inline std::optional<std::string> read_similarity(const JsonObject& json) {
  const auto similarity = json.nullable().optional_text("similarity_fn_name");
  constexpr std::array<std::string_view, 4> known{"cosine", "dot", "euclidean", "manhattan"};
  if (similarity && std::find(known.begin(), known.end(), *similarity) == known.end())
    throw UnsupportedError(json.where("similarity_fn_name") + ": " + in_quotes(*similarity) +
                           " is not supported; there are cosine dot euclidean manhattan");
  return similarity;
}

}  // namespace detail

ENCORE_INLINE std::optional<std::string> SentenceTransformer::transformer_path(const Folder& folder) {
  if (!folder.has("modules.json")) return std::nullopt;
  for (const auto& module : detail::sentence_modules(folder))
    if (module.type == "Transformer" || module.type == "MLMTransformer") return module.path;
  return std::nullopt;
}

ENCORE_INLINE bool SentenceTransformer::lower_cases(const Folder& folder) {
  const auto path = transformer_path(folder);
  const auto options = path ? detail::transformer_options(folder.folder(*path)) : std::nullopt;
  return options && detail::TextOptions(*options).lower_case;
}

ENCORE_INLINE std::optional<SentenceTransformer> SentenceTransformer::read(const Folder& folder) {
  if (!folder.has("modules.json")) return std::nullopt;
  SentenceTransformer result;
  if (folder.has(detail::sentence_config_file)) {
    const JsonObject json = folder.object(detail::sentence_config_file);
    const std::string kind = json.text("model_type", "SentenceTransformer");
    if (kind == "CrossEncoder") return std::nullopt;
    if (kind != "SentenceTransformer")
      throw UnsupportedError(json.where("model_type") + ": a " + in_quotes(kind) +
                             " makes no sentence vectors; a SentenceTransformer does");
    result.prompts = detail::read_prompts(json, {"query", "document"});
    result.similarity = detail::read_similarity(json);
    result.truncate_dim = json.nullable().optional_integer("truncate_dim", {1, detail::max_vector_length});
  }

  enum class Stage { transformer, pooling, after } stage = Stage::transformer;
  std::int64_t length = 0;
  for (const auto& module : detail::sentence_modules(folder)) {
    const Folder inner = folder.folder(module.path);
    if (module.type == "Transformer") {
      if (stage != Stage::transformer) module.refuse("a Transformer has to come first, and once");
      result.path = module.path;
      if (const auto options = detail::transformer_options(inner)) {
        detail::check_transformer_options(*options, detail::embeds_tokens);
        const detail::TextOptions texts(*options);
        result.max_seq_length = texts.max_seq_length;
        result.do_lower_case = texts.lower_case;
      }
      stage = Stage::pooling;
    } else if (module.type == "Pooling") {
      if (stage != Stage::pooling) module.refuse("a Pooling has to follow the Transformer, once");
      result.pooling = detail::read_pooling(inner.object("config.json"));
      length = result.pooling.dimension * std::int64_t(result.pooling.modes.size());
      stage = Stage::after;
    } else if (module.type == "Dense" || module.type == "LayerNorm" || module.type == "Normalize" ||
               module.type == "Dropout") {
      if (stage != Stage::after) module.refuse("a " + module.type + " before the Pooling is not supported");
      if (module.type == "Dense") {
        auto dense = detail::read_dense(inner);
        if (dense.in != length)
          throw ConfigError(inner.label("config.json") + ": key 'in_features': found " + std::to_string(dense.in) +
                            ", want " + std::to_string(length) + ", the length of what the module before makes");
        length = dense.out;
        result.after_pooling.emplace_back(std::move(dense));
      } else if (module.type == "LayerNorm") {
        result.after_pooling.emplace_back(detail::read_layer_norm(inner, length));
      } else if (module.type == "Normalize") {
        // Versions before 6 write nothing. A module at "" would find the transformer's config.json.
        if (!module.path.empty() && inner.has("config.json")) {
          const JsonObject json = inner.object("config.json");
          detail::require_value(json, "module_input_name", "sentence_embedding");
          detail::require_value(json, "module_output_name", "sentence_embedding");
        }
        result.after_pooling.emplace_back(Normalize{});
      } else if (inner.has("config.json")) {  // a Dropout does nothing but in training
        detail::require_keys(inner.object("config.json"), {"dropout"});
      }
    } else {
      module.refuse("module " + in_quotes(module.type) +
                    " is not supported; there are Transformer Pooling Dense LayerNorm Normalize Dropout");
    }
  }
  if (stage != Stage::after)
    throw UnsupportedError(folder.label("modules.json") + ": no Transformer followed by a Pooling");
  return result;
}

}  // namespace encore
