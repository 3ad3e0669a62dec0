// SPDX-License-Identifier: Apache-2.0
// What a folder says of how the logits of a masked language model become one sparse vector: as sentence_transformers 5
// and 6 read it (sparse_encoder/model.py, sparse_encoder/modules/splade_pooling.py).
#pragma once

#include <encore/config.hpp>
#include <encore/io/folder.hpp>
#include <encore/io/prompts.hpp>

#include <cstdint>
#include <optional>

namespace encore {

struct SparseEncoder {
  // How the weights of tokens become one, and what a logit becomes before.
  enum class Pooling : std::uint8_t { max, sum };                   // over the tokens
  enum class Activation : std::uint8_t { log_relu, log_log_relu };  // log(1 + relu(x)); log(1 + that)

  // As the config.json of the SpladePooling module says.
  Pooling pooling = Pooling::max;
  Activation activation = Activation::log_relu;
  std::optional<std::int64_t> max_active_dims;  // so many of the greatest weights are kept
  Prompts prompts;                              // what is put before texts, by name

  // The defaults for a folder without modules.json, or with one that names no SpladePooling and is not a sparse
  // encoder's. Throws UnsupportedError naming a module or option that there is none of here, ConfigError naming file
  // and key.
  static SparseEncoder read(const Folder& folder);
};

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/sparse_encoder.hpp>
#endif
