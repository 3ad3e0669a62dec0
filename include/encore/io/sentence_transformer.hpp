// SPDX-License-Identifier: Apache-2.0
// What a sentence-transformers folder says beyond the transformer itself: modules.json, pooling, dense layers, prompts.
// Read as sentence_transformers 2 to 6 read it (base/model.py, base/modules, sentence_transformer/modules).
#pragma once

#include <encore/config.hpp>
#include <encore/core/activation.hpp>
#include <encore/io/checkpoint.hpp>
#include <encore/io/folder.hpp>
#include <encore/io/prompts.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace encore {

struct SentenceTransformer {
  // The first token's vector, the maximum, the mean, the sum over the square root of the number, the mean weighted by
  // place, the last token's.
  enum class PoolingMode : std::uint8_t { cls, max, mean, mean_sqrt_len, weighted_mean, last_token };

  // Vectors of tokens to one vector: the modes' results end to end, [modes * dimension].
  struct Pooling {
    std::int64_t dimension = 0;  // of a token's vector
    std::vector<PoolingMode> modes;
    bool include_prompt = true;  // false: the prompt's tokens take no part
  };
  // activation(W x + b).
  struct Dense {
    std::int64_t in = 0;
    std::int64_t out = 0;
    Activation activation = Activation::tanh;
    Checkpoint weights;  // "linear.weight" [out, in] and, with a bias, "linear.bias" [out]: present and of these shapes

    // [out, in].
    const TensorEntry& weight() const;
    // nullptr without a bias.
    const TensorEntry* bias() const;
  };
  // (x - mean) / sqrt(variance + 1e-5) * weight + bias.
  struct LayerNorm {
    Checkpoint weights;  // "norm.weight" and "norm.bias" [length of x]: present and of this shape

    // Both of the length of x.
    const TensorEntry& weight() const;
    const TensorEntry& bias() const;
  };
  // x / |x|.
  struct Normalize {};

  std::string path;  // the transformer's folder inside the model's, "" as a rule
  // How the token vectors become one.
  Pooling pooling;
  std::vector<std::variant<Dense, LayerNorm, Normalize>> after_pooling;  // in order
  std::optional<std::int64_t> max_seq_length;  // tokens, special ones included; none: the tokenizer's limit
  bool do_lower_case = false;                  // before the tokenizer's own normalisation
  Prompts prompts;                             // what is put before texts, by name
  std::optional<std::string> similarity;       // "cosine", "dot", "euclidean" or "manhattan"; none: cosine
  std::optional<std::int64_t> truncate_dim;    // of a finished vector only so many numbers are kept

  // Length of a sentence's vector.
  std::int64_t dimension() const;

  // Nothing for a folder without modules.json, or for a cross-encoder's. Throws UnsupportedError naming a module, mode,
  // activation, option or kind of model that there is none of here; ConfigError naming file and key; WeightsError for a
  // module's tensors.
  static std::optional<SentenceTransformer> read(const Folder& folder);
  // The transformer's folder according to modules.json, nothing where that is missing or names none.
  static std::optional<std::string> transformer_path(const Folder& folder);
  // Whether texts are made lower case before the tokenizer: do_lower_case of sentence_bert_config.json, for models of
  // every kind that have a modules.json.
  static bool lower_cases(const Folder& folder);
};

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/sentence_transformer.hpp>
#endif
