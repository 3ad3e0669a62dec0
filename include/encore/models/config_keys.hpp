// SPDX-License-Identifier: Apache-2.0
// What the config.json files of many architectures have in common.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/io/json.hpp>
#include <encore/layers/model_shape.hpp>
#include <encore/models/head_options.hpp>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace encore {

// Keeps products of two sizes far from overflow.
inline constexpr std::int64_t largest_size = std::int64_t{1} << 24;

// Throws ConfigError where one of these keys is null, as transformers does for all numbers, names and flags that its
// classes declare. For keys that are not read here, as they matter to training alone; what is read refuses null by itself.
inline void refuse_null(const JsonObject& json, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (json.literal(key) == "null") throw ConfigError(json.where(key) + ": found null, want a value");
}

// Throws UnsupportedError for a model_type that is not one of these; without the key the first is taken. ConfigError for
// null where transformers has a number or a flag.
inline void check_model_type(const JsonObject& json, std::span<const std::string_view> types) {
  refuse_null(json, {"attention_dropout", "attention_probs_dropout_prob", "chunk_size_feed_forward",
                     "classifier_dropout_prob", "embedding_dropout", "initializer_range", "pooler_dropout",
                     "qa_dropout", "seq_classif_dropout", "sinusoidal_pos_embds", "summary_last_dropout", "use_cache"});
  const std::string type = json.text("model_type", types.front());
  std::string known;
  for (const std::string_view candidate : types) {
    if (type == candidate) return;
    known += (known.empty() ? "" : ", ") + std::string(candidate);
  }
  throw UnsupportedError(json.where("model_type") + ": '" + type + "' is not " + known);
}

// Throws UnsupportedError for what would make it another network than an encoder of the sizes given.
inline void refuse_decoders_and_pruning(const JsonObject& json) {
  for (const char* key : {"is_decoder", "add_cross_attention"})
    if (json.boolean(key, false))
      throw UnsupportedError(json.where(key) + ": decoders are not supported; this is an encoder library");
  if (const auto pruned = json.nullable().optional_object("pruned_heads"); pruned && pruned->size() > 0)
    throw UnsupportedError(json.where("pruned_heads") + ": pruned heads are not supported");
}

// An activation by the name that transformers gives it. Throws UnsupportedError naming key and value.
inline Activation read_activation(const JsonObject& json, std::string_view key, std::string_view fallback) {
  try {
    return activation_from_name(json.text(key, fallback));
  } catch (const UnsupportedError& error) {
    throw UnsupportedError(json.where(key) + ": " + error.what());
  }
}

// Throws ConfigError where the heads do not divide the hidden width.
inline void check_heads_divide(const JsonObject& json, const ModelShape& shape, const char* hidden = "hidden_size",
                               const char* heads = "num_attention_heads") {
  if (shape.hidden % shape.heads != 0)
    throw ConfigError(json.where(hidden) + ": " + std::to_string(shape.hidden) + " is not a multiple of " + heads +
                      ", " + std::to_string(shape.heads));
}

// The sizes under BERT's keys; `defaults` hold where a key is missing. max_position_embeddings is left to the caller
// where positions have an offset.
inline ModelShape read_shape(const JsonObject& json, const ModelShape& defaults) {
  ModelShape shape;
  shape.vocabulary = json.integer("vocab_size", defaults.vocabulary, {1, largest_size});
  shape.hidden = json.integer("hidden_size", defaults.hidden, {1, largest_size});
  shape.layers = json.integer("num_hidden_layers", defaults.layers, {1, 4096});
  shape.heads = json.integer("num_attention_heads", defaults.heads, {1, 65536});
  shape.intermediate = json.integer("intermediate_size", defaults.intermediate, {1, largest_size});
  shape.max_positions = json.integer("max_position_embeddings", defaults.max_positions, {1, largest_size});
  shape.types = json.integer("type_vocab_size", defaults.types, {0, 65536});
  shape.dropout = float(json.number("hidden_dropout_prob", double(defaults.dropout), {0.0, 0.999}));
  check_heads_divide(json, shape);
  return shape;
}

// One value of `architectures`, and the heads it stands for.
struct KnownHead {
  std::string_view name;  // "BertForMaskedLM"
  Head head = Head::none;
  bool pooler = false;  // of Head::none; heads of sequences have it where there are no features
};

// The first of `architectures`, which is the one that counts; empty: none is named.
inline std::string first_architecture(const JsonObject& json) {
  const auto names = json.nullable().texts("architectures");
  return names.empty() ? "" : names.front();
}

// The head that `architectures` names, or `unnamed` where it names none; the labels, and whether the decoder is tied.
// Throws UnsupportedError naming those there are.
inline HeadOptions read_heads(const JsonObject& json, std::span<const KnownHead> known, Head unnamed = Head::none) {
  HeadOptions options;
  options.lm.tied = json.boolean("tie_word_embeddings", true) ? Tied::where_alike : Tied::no;
  options.labels = json.integer("num_labels", 2, {1, 1 << 24});
  if (const auto labels = json.nullable().optional_object("id2label")) options.labels = std::int64_t(labels->size());
  const std::string architecture = first_architecture(json);
  if (architecture.empty() && unnamed == Head::none) return options;
  std::string names;
  for (const KnownHead& candidate : known) {
    if (architecture.empty() ? candidate.head == unnamed : candidate.name == architecture) {
      options.head = candidate.head;
      options.pooler = candidate.pooler;
      if (options.labels < 1) throw ConfigError(json.where("id2label") + ": is empty");
      return options;
    }
    names += " " + std::string(candidate.name);
  }
  throw UnsupportedError(json.where("architectures") + ": " +
                         (architecture.empty() ? std::string(name_of(unnamed)) : "'" + architecture + "'") +
                         " is not supported; there are" + names);
}

}  // namespace encore
