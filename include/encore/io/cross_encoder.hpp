// SPDX-License-Identifier: Apache-2.0
// What a folder says of how a cross-encoder's logits become scores: as sentence_transformers 6 reads it
// (cross_encoder/model.py), and what its versions before wrote.
#pragma once

#include <encore/config.hpp>
#include <encore/io/folder.hpp>
#include <encore/io/prompts.hpp>

#include <optional>
#include <string>

namespace encore {

struct CrossEncoder {
  // A class of torch, "torch.nn.modules.linear.Identity", and the key that names it, for messages. None: a sigmoid
  // where there is one label, nothing where there are several.
  std::optional<std::string> activation;
  std::string activation_key;
  Prompts prompts;  // put before the first text of a pair

  // `config` is config.json. Throws UnsupportedError naming a module or option that there is none of here, ConfigError
  // naming file and key.
  static CrossEncoder read(const Folder& folder, const JsonObject& config);
};

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/cross_encoder.hpp>
#endif
