// SPDX-License-Identifier: Apache-2.0
// The bodies of io/cross_encoder.hpp.
#pragma once

#include <encore/io/cross_encoder.hpp>
#include <encore/io/json.hpp>
#include <encore/io/sentence_modules.hpp>

#include <string_view>

namespace encore {

ENCORE_INLINE CrossEncoder CrossEncoder::read(const Folder& folder, const JsonObject& config) {
  CrossEncoder result;
  const auto take = [&](const JsonObject& json, std::string_view key) {
    result.activation = json.nullable().optional_text(key);
    result.activation_key = json.where(key);
  };
  // A folder that another kind of model was saved in is read as if config.json were all there is.
  if (folder.has("modules.json") && detail::sentence_model_type(folder) == "CrossEncoder") {
    for (const auto& module : detail::sentence_modules(folder)) {
      if (module.type != "Transformer")
        module.refuse("module " + in_quotes(module.type) +
                      " is not supported in a cross-encoder; there is a Transformer with a classifier");
      if (const auto options = detail::transformer_options(folder.folder(module.path)))
        detail::check_transformer_options(*options, detail::scores_texts);
    }
    const JsonObject saved = folder.object(detail::sentence_config_file);
    result.prompts = detail::read_prompts(saved);
    take(saved, "activation_fn");
    if (result.activation) return result;
  }
  // Versions 4 and 5 wrote into config.json, those before under another name.
  const auto version_4 = config.nullable().optional_object("sentence_transformers");
  if (version_4 && version_4->value().contains("activation_fn"))
    take(*version_4, "activation_fn");
  else
    take(config, "sbert_ce_default_activation_function");
  return result;
}

}  // namespace encore
