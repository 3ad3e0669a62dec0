// SPDX-License-Identifier: Apache-2.0
// DistilBERT. Sanh, Debut, Chaumond & Wolf 2019, "DistilBERT, a distilled version of BERT"; transformers
// models/distilbert.
//
//   as BERT, but no token types and no pooler, and half the layers
//   position      learned; with sinusoidal_pos_embds the table in the checkpoint holds sinusoids
//   heads         sequence classification and multiple choice by relu(pre_classifier(first token)), then the classifier
#pragma once

#include <encore/layers/learned_position.hpp>
#include <encore/models/bert.hpp>

namespace encore {

struct DistilBertSpec {
  static constexpr std::string_view name = "DistilBERT";
  static constexpr std::string_view model_types[] = {"distilbert"};

  using Norm = LayerNorm;
  using Placement = PostNorm;
  using Position = LearnedPosition;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = Mlp;
  template <class N>
  using Embedding = TokenEmbedding<N>;
  template <class N>
  using LmHead = MaskedLmHead<N>;
  static constexpr bool classifies_by_features = true;

  static Config<DistilBertSpec> config(const JsonObject& json);
  static HeadOptions heads(const JsonObject& json, const Config<DistilBertSpec>& config);
  static WeightNames weight_names(const Config<DistilBertSpec>&);
};

inline Config<DistilBertSpec> DistilBertSpec::config(const JsonObject& json) {
  check_model_type(json, model_types);
  refuse_decoders_and_pruning(json);
  // transformers takes the common name of a size too.
  const auto size = [&](const char* own, const char* common, std::int64_t fallback, std::int64_t most) {
    return json.integer(json.has(own) ? own : common, fallback, {1, most});
  };
  Config<DistilBertSpec> config;
  config.shape.vocabulary = json.integer("vocab_size", 30522, {1, largest_size});
  config.shape.hidden = size("dim", "hidden_size", 768, largest_size);
  config.shape.layers = size("n_layers", "num_hidden_layers", 6, 4096);
  config.shape.heads = size("n_heads", "num_attention_heads", 12, 65536);
  config.shape.intermediate = json.integer("hidden_dim", 3072, {1, largest_size});
  config.shape.max_positions = json.integer("max_position_embeddings", 512, {1, largest_size});
  config.shape.dropout = float(json.number("dropout", 0.1, {0.0, 0.999}));
  check_heads_divide(json, config.shape, "dim", "n_heads");
  config.norm.eps = 1e-12;
  config.feed_forward.activation = read_activation(json, "activation", "gelu");
  return config;
}

inline HeadOptions DistilBertSpec::heads(const JsonObject& json, const Config<DistilBertSpec>& config) {
  static constexpr KnownHead known[] = {
      {"DistilBertModel", Head::none},
      {"DistilBertForMaskedLM", Head::masked_lm},
      {"DistilBertForSequenceClassification", Head::sequence_classification},
      {"DistilBertForMultipleChoice", Head::multiple_choice},
      {"DistilBertForTokenClassification", Head::token_classification},
      {"DistilBertForQuestionAnswering", Head::question_answering},
  };
  HeadOptions options = read_heads(json, known);
  options.lm.activation = config.feed_forward.activation;
  options.features = {.present = reads_sequences(options.head), .activation = Activation::relu};
  return options;
}

inline WeightNames DistilBertSpec::weight_names(const Config<DistilBertSpec>&) {
  return {.names = {{"embedding.word", "embeddings.word_embeddings"},
                    {"embedding.norm", "embeddings.LayerNorm"},
                    {"position", "embeddings.position_embeddings"},
                    {"layers.{}.attention.query", "transformer.layer.{}.attention.q_lin"},
                    {"layers.{}.attention.key", "transformer.layer.{}.attention.k_lin"},
                    {"layers.{}.attention.value", "transformer.layer.{}.attention.v_lin"},
                    {"layers.{}.attention.out", "transformer.layer.{}.attention.out_lin"},
                    {"layers.{}.attention_norm", "transformer.layer.{}.sa_layer_norm"},
                    {"layers.{}.feed_forward.in", "transformer.layer.{}.ffn.lin1"},
                    {"layers.{}.feed_forward.out", "transformer.layer.{}.ffn.lin2"},
                    {"layers.{}.feed_forward_norm", "transformer.layer.{}.output_layer_norm"},
                    {"masked_lm.dense", "vocab_transform"},
                    {"masked_lm.norm", "vocab_layer_norm"},
                    {"masked_lm.decoder", "vocab_projector"},
                    {"masked_lm.bias", "vocab_projector.bias"},
                    {"features.dense", "pre_classifier"},
                    {"classifier", "classifier"},
                    {"classifier", "qa_outputs"}},
          .prefixes = {"distilbert."},
          .ignorable = {"embeddings.position_ids", "vocab_", "pre_classifier.", "classifier.", "qa_outputs."}};
}

}  // namespace encore
