// SPDX-License-Identifier: Apache-2.0
// NomicBERT. Nussbaum, Morris, Duderstadt & Mulyar 2024, "Nomic Embed: Training a Reproducible Long Context Text
// Embedder"; transformers 5 models/nomic_bert.
//
//   embedding     word + token type, norm
//   position      RoPE on halves
//   block         post-norm; multi-head attention without biases, queries, keys and values in one tensor
//   feed-forward  SwiGLU without biases
//   heads         pooler; masked language model, sequence and token classification
#pragma once

#include <encore/layers/encoder.hpp>
#include <encore/layers/rope.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/rope_keys.hpp>

namespace encore {

struct NomicBertSpec {
  static constexpr std::string_view name = "NomicBERT";
  static constexpr std::string_view model_types[] = {"nomic_bert"};

  using Norm = LayerNorm;
  using Placement = PostNorm;
  using Position = Rope<Pairs::half>;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = Glu<Gate::first>;
  template <class N>
  using Embedding = TokenEmbedding<N>;
  using Pooler = TanhPooler;
  template <class N>
  using LmHead = MaskedLmHead<N>;

  static Config<NomicBertSpec> config(const JsonObject& json);
  static HeadOptions heads(const JsonObject& json, const Config<NomicBertSpec>& config);
  static WeightNames weight_names(const Config<NomicBertSpec>&);
};

inline Config<NomicBertSpec> NomicBertSpec::config(const JsonObject& json) {
  check_model_type(json, model_types);
  refuse_decoders_and_pruning(json);
  refuse_null(json, {"pad_token_id"});
  for (const char* key : {"n_embd", "n_head", "rotary_emb_base"})
    if (json.nullable().has(key))
      throw UnsupportedError(json.where(key) +
                             ": the keys of the first published files are not supported; transformers 5 "
                             "writes hidden_size, num_attention_heads, rope_parameters");
  if (json.nullable().has("rope_scaling")) throw UnsupportedError(json.where("rope_scaling") + ": is not supported");
  Config<NomicBertSpec> config;
  ModelShape& shape = config.shape;
  shape.vocabulary = json.integer("vocab_size", 30528, {1, largest_size});
  shape.hidden = json.integer("hidden_size", 768, {1, largest_size});
  shape.layers = json.integer("num_hidden_layers", 12, {1, 4096});
  shape.heads = json.integer("num_attention_heads", 12, {1, 65536});
  shape.intermediate = json.integer("intermediate_size", 3072, {1, largest_size});
  shape.max_positions = json.integer("max_position_embeddings", 2048, {1, largest_size});
  shape.types = json.integer("type_vocab_size", 2, {1, 65536});
  shape.dropout = float(json.number("hidden_dropout_prob", 0.0, {0.0, 0.999}));
  if (json.nullable().has("head_dim"))
    shape.head = json.integer("head_dim", {1, 65536});
  else
    check_heads_divide(json, shape);
  if (shape.head_size() % 2 != 0)
    throw ConfigError(json.where("num_attention_heads") + ": RoPE needs an even head size, this is " +
                      std::to_string(shape.head_size()));
  config.norm.eps = json.number("layer_norm_eps", 1e-12, {0.0, 1.0});
  config.position.base = json.number("rope_theta", 1000, {1e-3, 1e12});
  if (json.nullable().has("rope_parameters"))
    read_rope(json.object("rope_parameters"), shape.max_positions, config.position);
  config.attention.bias = Bias::no;
  config.feed_forward = {.activation = read_activation(json, "hidden_act", "silu"), .bias = Bias::no};
  return config;
}

inline HeadOptions NomicBertSpec::heads(const JsonObject& json, const Config<NomicBertSpec>& config) {
  static constexpr KnownHead known[] = {
      {"NomicBertModel", Head::none, true},
      {"NomicBertForMaskedLM", Head::masked_lm},
      {"NomicBertForSequenceClassification", Head::sequence_classification},
      {"NomicBertForTokenClassification", Head::token_classification},
  };
  HeadOptions options = read_heads(json, known);
  options.lm.activation = config.feed_forward.activation;
  return options;
}

inline WeightNames NomicBertSpec::weight_names(const Config<NomicBertSpec>&) {
  return {.names = {{"embedding.word", "embeddings.word_embeddings"},
                    {"embedding.type", "embeddings.token_type_embeddings"},
                    {"embedding.norm", "emb_ln"},
                    {"layers.{}.attention.query", "encoder.layers.{}.attn.Wqkv", Stored::part, 0, 3},
                    {"layers.{}.attention.key", "encoder.layers.{}.attn.Wqkv", Stored::part, 1, 3},
                    {"layers.{}.attention.value", "encoder.layers.{}.attn.Wqkv", Stored::part, 2, 3},
                    {"layers.{}.attention.out", "encoder.layers.{}.attn.out_proj"},
                    {"layers.{}.attention_norm", "encoder.layers.{}.norm1"},
                    {"layers.{}.feed_forward.in.first", "encoder.layers.{}.mlp.fc12"},
                    {"layers.{}.feed_forward.in.second", "encoder.layers.{}.mlp.fc11"},
                    {"layers.{}.feed_forward.out", "encoder.layers.{}.mlp.fc2"},
                    {"layers.{}.feed_forward_norm", "encoder.layers.{}.norm2"},
                    {"pooler.dense", "pooler.dense"},
                    {"masked_lm.dense", "cls.predictions.transform.dense"},
                    {"masked_lm.norm", "cls.predictions.transform.layer_norm"},
                    {"masked_lm.norm", "cls.predictions.transform.LayerNorm"},
                    {"masked_lm.decoder", "cls.predictions.decoder"},
                    {"masked_lm.bias", "cls.predictions.decoder.bias"},
                    {.ours = "masked_lm.bias", .published = "cls.predictions.bias", .outranked = true},
                    {"classifier", "classifier"}},
          .prefixes = {"nomic_bert."},
          .ignorable = {"cls.", "pooler.", "classifier."}};
}

}  // namespace encore
