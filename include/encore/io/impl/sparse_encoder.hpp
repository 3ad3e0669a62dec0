// SPDX-License-Identifier: Apache-2.0
// The bodies of io/sparse_encoder.hpp.
#pragma once

#include <encore/io/json.hpp>
#include <encore/io/sentence_modules.hpp>
#include <encore/io/sparse_encoder.hpp>

#include <algorithm>
#include <string>

namespace encore {

namespace detail {

inline void read_splade_pooling(const JsonObject& json, SparseEncoder& result) {
  // Sizes: of the vocabulary, and of the pieces in which the reference works.
  require_keys(json, {"pooling_strategy", "activation_function", "embedding_dimension", "word_embedding_dimension",
                      "chunk_size"});
  const auto chosen = [&](std::string_view key, std::string_view first, std::string_view second) {
    const std::string value = json.text(key, first);
    if (value != first && value != second)
      throw UnsupportedError(json.where(key) + ": " + in_quotes(value) + " is not supported; there are " +
                             std::string(first) + " " + std::string(second));
    return value == second;
  };
  if (chosen("pooling_strategy", "max", "sum")) result.pooling = SparseEncoder::Pooling::sum;
  if (chosen("activation_function", "relu", "log1p_relu")) result.activation = SparseEncoder::Activation::log_log_relu;
}

}  // namespace detail

ENCORE_INLINE SparseEncoder SparseEncoder::read(const Folder& folder) {
  SparseEncoder result;
  if (!folder.has("modules.json")) return result;
  const auto modules = detail::sentence_modules(folder);
  const bool pools =
      std::any_of(modules.begin(), modules.end(), [](const auto& module) { return module.type == "SpladePooling"; });
  if (!pools && detail::sentence_model_type(folder) != "SparseEncoder") return result;

  for (std::size_t i = 0; i < modules.size(); ++i) {
    const auto& module = modules[i];
    const Folder inner = folder.folder(module.path);
    const bool transforms = module.type == "Transformer" || module.type == "MLMTransformer";
    if (i > 1 || !(i == 0 ? transforms : module.type == "SpladePooling"))
      module.refuse("module " + in_quotes(module.type) +
                    " at this place of a sparse encoder is not supported; there are" +
                    " a Transformer that fills masks (or MLMTransformer), then SpladePooling");
    if (i == 1)
      detail::read_splade_pooling(inner.object("config.json"), result);
    else if (const auto options = detail::transformer_options(inner))
      detail::check_transformer_options(*options, detail::fills_masks);
  }
  if (modules.size() != 2)
    throw UnsupportedError(folder.label("modules.json") + ": no Transformer followed by a SpladePooling");
  if (folder.has(detail::sentence_config_file)) {
    const JsonObject json = folder.object(detail::sentence_config_file);
    result.prompts = detail::read_prompts(json, {"query", "document"});
    result.max_active_dims = json.nullable().optional_integer("max_active_dims", {1, detail::max_vector_length});
  }
  return result;
}

}  // namespace encore
