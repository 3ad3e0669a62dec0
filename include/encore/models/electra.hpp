// SPDX-License-Identifier: Apache-2.0
// ELECTRA. Clark, Luong, Le & Manning 2020, "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than
// Generators"; transformers models/electra (4 series for relative positions).
//
//   as BERT, but
//   embedding     E may differ from hidden: norm at E, then a projection; no pooler
//   heads         generator: masked language model with gelu (erf) whatever hidden_act is; discriminator: replaced
//                 token detection by activation(dense), then one logit; sequence classification by gelu(dense(first
//                 token)); multiple choice by a summary of the sequence
#pragma once

#include <encore/models/bert.hpp>

namespace encore {

struct ElectraSpec {
  static constexpr std::string_view name = "ELECTRA";
  static constexpr std::string_view model_types[] = {"electra"};

  using Norm = LayerNorm;
  using Placement = PostNorm;
  using Position = BertPosition;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = Mlp;
  template <class N>
  using Embedding = TokenEmbedding<N>;
  template <class N>
  using LmHead = MaskedLmHead<N>;
  static constexpr bool classifies_by_features = true;

  static Config<ElectraSpec> config(const JsonObject& json);
  static HeadOptions heads(const JsonObject& json, const Config<ElectraSpec>& config);
  static WeightNames weight_names(const Config<ElectraSpec>&);
};

// SequenceSummary of transformers: the first or last token or the mean, perhaps a dense layer and an activation; the
// arguments hold where a key is missing. Throws UnsupportedError naming the key.
inline void read_sequence_summary(const JsonObject& json, HeadOptions& options, const char* type, bool projects,
                                  const char* activation) {
  refuse_null(json, {"summary_first_dropout"});
  const std::string kind = json.text("summary_type", type);
  if (kind == "first")
    options.pooling = Pooling::first;
  else if (kind == "mean")
    options.pooling = Pooling::mean;
  else if (kind == "last" || kind == "cls_index")  // the index is the last token's unless the caller gives one
    options.pooling = Pooling::last;
  else
    throw UnsupportedError(json.where("summary_type") + ": '" + kind +
                           "' is not supported; there are first, last, mean, cls_index");
  options.features.present = true;
  options.features.dense = json.boolean("summary_use_proj", projects);
  options.features.activation = read_activation(json, "summary_activation", activation);
  if (json.boolean("summary_proj_to_labels", false))
    throw UnsupportedError(json.where("summary_proj_to_labels") + ": true is not supported");
}

inline Config<ElectraSpec> ElectraSpec::config(const JsonObject& json) {
  const ModelShape defaults{.hidden = 256, .heads = 4, .intermediate = 1024, .types = 2, .dropout = 0.1f};
  auto config = read_bert_config<ElectraSpec>(json, defaults, 1e-12, "gelu");
  refuse_null(json, {"summary_type", "summary_use_proj", "summary_activation"});
  config.shape.embedding = json.integer("embedding_size", 128, {1, largest_size});
  config.position.kind = read_bert_positions(json);
  return config;
}

inline HeadOptions ElectraSpec::heads(const JsonObject& json, const Config<ElectraSpec>& config) {
  static constexpr KnownHead known[] = {
      {"ElectraModel", Head::none},
      {"ElectraForMaskedLM", Head::masked_lm},
      {"ElectraForPreTraining", Head::replaced_token_detection},
      {"ElectraForSequenceClassification", Head::sequence_classification},
      {"ElectraForMultipleChoice", Head::multiple_choice},
      {"ElectraForTokenClassification", Head::token_classification},
      {"ElectraForQuestionAnswering", Head::question_answering},
  };
  HeadOptions options = read_heads(json, known);
  if (options.head == Head::sequence_classification)
    options.features = {.present = true, .activation = Activation::gelu_erf};
  if (options.head == Head::replaced_token_detection)
    options.features = {.present = true, .activation = config.feed_forward.activation};
  if (options.head == Head::multiple_choice) read_sequence_summary(json, options, "first", true, "gelu");
  return options;
}

inline WeightNames ElectraSpec::weight_names(const Config<ElectraSpec>&) {
  return {.names = bert_encoder_names({{"masked_lm.dense", "generator_predictions.dense"},
                                       {"masked_lm.norm", "generator_predictions.LayerNorm"},
                                       {"masked_lm.decoder", "generator_lm_head"},
                                       {"masked_lm.bias", "generator_lm_head.bias"},
                                       {"features.dense", "discriminator_predictions.dense"},
                                       {"features.dense", "classifier.dense"},
                                       {"features.dense", "sequence_summary.summary"},
                                       {"classifier", "discriminator_predictions.dense_prediction"},
                                       {"classifier", "classifier.out_proj"},
                                       {"classifier", "classifier"},
                                       {"classifier", "qa_outputs"}}),
          .prefixes = {"electra."},
          .ignorable = {"embeddings.position_ids", "embeddings.position_embeddings.", "generator_predictions.",
                        "generator_lm_head.", "discriminator_predictions.", "classifier.", "sequence_summary.",
                        "qa_outputs."}};
}

}  // namespace encore
