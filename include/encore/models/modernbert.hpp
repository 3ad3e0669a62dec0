// SPDX-License-Identifier: Apache-2.0
// ModernBERT. Warner et al. 2024, "Smarter, Better, Faster, Longer: A Modern Bidirectional Encoder for Fast, Memory
// Efficient, and Long Context Finetuning and Inference"; transformers models/modernbert.
//
//   embedding     word, norm
//   position      RoPE on halves; global layers (every third, the first included) and local ones have a base each, local
//                 ones see `local_attention` / 2 tokens to either side
//   block         pre-norm, no norm before the first attention, a final norm; norms without bias
//   attention     multi-head, no biases, queries, keys and values in one tensor
//   feed-forward  GeGLU, the first half activated, no biases
//   heads         masked language model (tied decoder with a bias); sequence (cls or mean) and token classification,
//                 question answering, multiple choice by norm(activation(dense))
#pragma once

#include <encore/io/model_folder.hpp>
#include <encore/io/weight_names.hpp>
#include <encore/layers/encoder.hpp>
#include <encore/layers/global_local.hpp>
#include <encore/layers/rope.hpp>
#include <encore/models/config_keys.hpp>
#include <encore/models/head_options.hpp>
#include <encore/models/rope_keys.hpp>

namespace encore {

struct ModernBertSpec {
  static constexpr std::string_view name = "ModernBERT";
  static constexpr std::string_view model_types[] = {"modernbert"};

  using Norm = LayerNorm;
  using Placement = PreNormAfterFirst;
  using Position = GlobalLocal<Rope<Pairs::half>>;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = Glu<Gate::first>;
  template <class N>
  using Embedding = TokenEmbedding<N>;
  template <class N>
  using LmHead = MaskedLmHead<N>;
  static constexpr bool classifies_by_features = true;

  // Reads the keys as they were published (global_rope_theta, local_rope_theta, global_attn_every_n_layers) and as
  // transformers 5 writes them (rope_parameters, layer_types). Throws ConfigError, UnsupportedError.
  static Config<ModernBertSpec> config(const JsonObject& json);
  static HeadOptions heads(const JsonObject& json, const Config<ModernBertSpec>& config);
  static WeightNames weight_names(const Config<ModernBertSpec>&);
};

namespace detail {

// RoPE of one kind of layer.
inline Rope<>::Options modernbert_rope(const JsonObject& json, const char* kind, const char* old_key, double fallback,
                                       std::int64_t positions) {
  Rope<>::Options options{.base = json.number(old_key, fallback, {1e-3, 1e12})};
  if (!json.nullable().has("rope_parameters")) return options;
  const JsonObject all = json.object("rope_parameters");
  if (all.has(kind)) read_rope(all.object(kind), positions, options);
  return options;
}

inline std::vector<bool> modernbert_local_layers(const JsonObject& json, std::int64_t layers) {
  std::vector<bool> is_local(static_cast<std::size_t>(layers));
  if (!json.nullable().has("layer_types")) {
    const std::int64_t period = json.integer("global_attn_every_n_layers", 3, {1, 4096});
    for (std::int64_t i = 0; i < layers; ++i) is_local[std::size_t(i)] = i % period != 0;
    return is_local;
  }
  const std::vector<std::string> kinds = json.texts("layer_types");
  if (std::int64_t(kinds.size()) != layers)
    throw ConfigError(json.where("layer_types") + ": " + std::to_string(kinds.size()) + " entries for " +
                      std::to_string(layers) + " layers");
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] != "full_attention" && kinds[i] != "sliding_attention")
      throw UnsupportedError(json.where("layer_types") + ": '" + kinds[i] +
                             "' is not supported; there are full_attention, sliding_attention");
    is_local[i] = kinds[i] == "sliding_attention";
  }
  return is_local;
}

}  // namespace detail

inline Config<ModernBertSpec> ModernBertSpec::config(const JsonObject& json) {
  check_model_type(json, model_types);
  refuse_decoders_and_pruning(json);
  refuse_null(json, {"classifier_dropout", "deterministic_flash_attn", "initializer_cutoff_factor",
                     "sparse_pred_ignore_index", "sparse_prediction"});
  if (json.nullable().has("rope_scaling")) throw UnsupportedError(json.where("rope_scaling") + ": is not supported");
  const auto bias = [&](const char* key) { return json.boolean(key, false) ? Bias::yes : Bias::no; };
  const ModelShape defaults{.vocabulary = 50368, .layers = 22, .intermediate = 1152, .max_positions = 8192};
  Config<ModernBertSpec> config;
  config.shape = read_shape(json, defaults);
  config.shape.types = 0;
  config.shape.dropout = float(json.number("mlp_dropout", 0.0, {0.0, 0.999}));
  if (config.shape.head_size() % 2 != 0)
    throw ConfigError(json.where("num_attention_heads") + ": RoPE needs an even head size, this is " +
                      std::to_string(config.shape.head_size()));
  config.norm = {.eps = json.number("norm_eps", 1e-5, {0.0, 1.0}), .bias = bias("norm_bias")};
  const std::int64_t positions = config.shape.max_positions;
  config.position.global = detail::modernbert_rope(json, "full_attention", "global_rope_theta", 160000, positions);
  config.position.local = detail::modernbert_rope(json, "sliding_attention", "local_rope_theta", 10000, positions);
  config.position.window = json.has("sliding_window") ? json.integer("sliding_window", {0, largest_size})
                                                      : json.integer("local_attention", 128, {0, largest_size}) / 2;
  config.position.is_local = detail::modernbert_local_layers(json, config.shape.layers);
  config.attention.bias = bias("attention_bias");
  config.feed_forward = {.activation = read_activation(json, "hidden_activation", "gelu"), .bias = bias("mlp_bias")};
  return config;
}

inline HeadOptions ModernBertSpec::heads(const JsonObject& json, const Config<ModernBertSpec>&) {
  static constexpr KnownHead known[] = {
      {"ModernBertModel", Head::none},
      {"ModernBertForMaskedLM", Head::masked_lm},
      {"ModernBertForSequenceClassification", Head::sequence_classification},
      {"ModernBertForMultipleChoice", Head::multiple_choice},
      {"ModernBertForTokenClassification", Head::token_classification},
      {"ModernBertForQuestionAnswering", Head::question_answering},
  };
  HeadOptions options = read_heads(json, known);
  options.lm.activation = read_activation(json, "classifier_activation", "gelu");
  options.lm.dense_bias = json.boolean("classifier_bias", false) ? Bias::yes : Bias::no;
  options.lm.decoder_bias = json.boolean("decoder_bias", true) ? Bias::yes : Bias::no;
  options.features = {
      .present = true, .activation = options.lm.activation, .bias = options.lm.dense_bias, .norm = true};
  const std::string pooling = json.text("classifier_pooling", "cls");
  if (pooling != "cls" && pooling != "mean")
    throw UnsupportedError(json.where("classifier_pooling") + ": '" + pooling +
                           "' is not supported; there are cls, mean");
  options.pooling = pooling == "cls" ? Pooling::first : Pooling::mean;
  return options;
}

inline WeightNames ModernBertSpec::weight_names(const Config<ModernBertSpec>&) {
  return {.names = {{"embedding.word", "embeddings.tok_embeddings"},
                    {"embedding.norm", "embeddings.norm"},
                    {"layers.{}.attention.query", "layers.{}.attn.Wqkv", Stored::part, 0, 3},
                    {"layers.{}.attention.key", "layers.{}.attn.Wqkv", Stored::part, 1, 3},
                    {"layers.{}.attention.value", "layers.{}.attn.Wqkv", Stored::part, 2, 3},
                    {"layers.{}.attention.out", "layers.{}.attn.Wo"},
                    {"layers.{}.attention_norm", "layers.{}.attn_norm"},
                    {"layers.{}.feed_forward.in.first", "layers.{}.mlp.Wi", Stored::part, 0, 2},
                    {"layers.{}.feed_forward.in.second", "layers.{}.mlp.Wi", Stored::part, 1, 2},
                    {"layers.{}.feed_forward.out", "layers.{}.mlp.Wo"},
                    {"layers.{}.feed_forward_norm", "layers.{}.mlp_norm"},
                    {"final_norm", "final_norm"},
                    {"masked_lm.dense", "head.dense"},
                    {"masked_lm.norm", "head.norm"},
                    {"masked_lm.decoder", "decoder"},
                    {"masked_lm.bias", "decoder.bias"},
                    {"features.dense", "head.dense"},
                    {"features.norm", "head.norm"},
                    {"classifier", "classifier"}},
          .prefixes = {"model."},
          .ignorable = {"head.", "decoder.", "classifier."}};
}

}  // namespace encore
