// SPDX-License-Identifier: Apache-2.0
// ALBERT. Lan et al. 2020, "ALBERT: A Lite BERT for Self-supervised Learning of Language Representations"; transformers
// models/albert.
//
//   embedding     factorised: word + token type + position at E, norm at E, projected to hidden
//   position      learned absolute
//   stack         groups of blocks share their parameters; each layer runs the inner blocks of its group
//   block         post-norm, multi-head attention with biases, MLP; gelu by tanh
//   heads         pooler; masked language model (dense to E, tied decoder), sentence order, sequence and token
//                 classification, question answering, multiple choice
#pragma once

#include <encore/layers/learned_position.hpp>
#include <encore/models/bert.hpp>

namespace encore {

struct AlbertSpec {
  static constexpr std::string_view name = "ALBERT";
  static constexpr std::string_view model_types[] = {"albert"};

  using Norm = LayerNorm;
  using Placement = PostNorm;
  using Position = LearnedPosition;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = Mlp;
  template <class N>
  using Embedding = FactorisedEmbedding<N>;
  using Stack = SharedGroups;
  using Pooler = TanhPooler;
  template <class N>
  using LmHead = MaskedLmHead<N>;

  static Config<AlbertSpec> config(const JsonObject& json);
  static HeadOptions heads(const JsonObject& json, const Config<AlbertSpec>& config, Head unnamed = Head::none);
  static WeightNames weight_names(const Config<AlbertSpec>&);
};

inline Config<AlbertSpec> AlbertSpec::config(const JsonObject& json) {
  const ModelShape defaults{
      .vocabulary = 30000, .hidden = 4096, .heads = 64, .intermediate = 16384, .types = 2, .dropout = 0};
  auto config = read_bert_config<AlbertSpec>(json, defaults, 1e-12, "gelu_new");
  config.shape.embedding = json.integer("embedding_size", 128, {1, largest_size});
  config.stack.groups = json.integer("num_hidden_groups", 1, {1, config.shape.layers});
  config.stack.inner = json.integer("inner_group_num", 1, {1, 4096 / config.shape.layers});
  if (read_bert_positions(json) != BertPositions::absolute)
    throw UnsupportedError(json.where("position_embedding_type") + ": ALBERT has absolute positions only");
  return config;
}

inline HeadOptions AlbertSpec::heads(const JsonObject& json, const Config<AlbertSpec>& config, Head unnamed) {
  static constexpr KnownHead known[] = {
      {"AlbertModel", Head::none, true},
      {"AlbertForMaskedLM", Head::masked_lm},
      {"AlbertForPreTraining", Head::sentence_order},
      {"AlbertForSequenceClassification", Head::sequence_classification},
      {"AlbertForMultipleChoice", Head::multiple_choice},
      {"AlbertForTokenClassification", Head::token_classification},
      {"AlbertForQuestionAnswering", Head::question_answering},
  };
  HeadOptions options = read_heads(json, known, unnamed);
  options.lm.activation = config.feed_forward.activation;
  return options;
}

inline WeightNames AlbertSpec::weight_names(const Config<AlbertSpec>&) {
  return {
      .names = {{"embedding.word", "embeddings.word_embeddings"},
                {"embedding.type", "embeddings.token_type_embeddings"},
                {"embedding.norm", "embeddings.LayerNorm"},
                {"embedding.project", "encoder.embedding_hidden_mapping_in"},
                {"position", "embeddings.position_embeddings"},
                {"layers.{}.{}.attention.query", "encoder.albert_layer_groups.{}.albert_layers.{}.attention.query"},
                {"layers.{}.{}.attention.key", "encoder.albert_layer_groups.{}.albert_layers.{}.attention.key"},
                {"layers.{}.{}.attention.value", "encoder.albert_layer_groups.{}.albert_layers.{}.attention.value"},
                {"layers.{}.{}.attention.out", "encoder.albert_layer_groups.{}.albert_layers.{}.attention.dense"},
                {"layers.{}.{}.attention_norm", "encoder.albert_layer_groups.{}.albert_layers.{}.attention.LayerNorm"},
                {"layers.{}.{}.feed_forward.in", "encoder.albert_layer_groups.{}.albert_layers.{}.ffn"},
                {"layers.{}.{}.feed_forward.out", "encoder.albert_layer_groups.{}.albert_layers.{}.ffn_output"},
                {"layers.{}.{}.feed_forward_norm",
                 "encoder.albert_layer_groups.{}.albert_layers.{}.full_layer_layer_norm"},
                {"pooler.dense", "pooler"},
                {"masked_lm.dense", "predictions.dense"},
                {"masked_lm.norm", "predictions.LayerNorm"},
                {"masked_lm.decoder", "predictions.decoder"},
                {"masked_lm.bias", "predictions.decoder.bias"},
                {.ours = "masked_lm.bias", .published = "predictions.bias", .outranked = true},
                {"classifier", "sop_classifier.classifier"},
                {"classifier", "classifier"},
                {"classifier", "qa_outputs"}},
      .prefixes = {"albert."},
      .ignorable = {"embeddings.position_ids", "pooler.", "predictions.", "sop_classifier.", "classifier.",
                    "qa_outputs."}};
}

}  // namespace encore
