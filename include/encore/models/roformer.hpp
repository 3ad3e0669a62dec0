// SPDX-License-Identifier: Apache-2.0
// RoFormer. Su et al. 2021, "RoFormer: Enhanced Transformer with Rotary Position Embedding"; transformers
// models/roformer.
//
//   as BERT, but
//   position      RoPE on interleaved pairs of queries and keys, of values too with rotary_value; sines and cosines
//                 come from the checkpoint where it has them
//   embedding     E may differ from hidden: norm at E, then a projection; no pooler
//   heads         masked language model (dense to E); sequence classification by activation(dense(first token));
//                 multiple choice by the last token
#pragma once

#include <encore/layers/rope.hpp>
#include <encore/models/electra.hpp>

namespace encore {

struct RoFormerSpec {
  static constexpr std::string_view name = "RoFormer";
  static constexpr std::string_view model_types[] = {"roformer"};

  using Norm = LayerNorm;
  using Placement = PostNorm;
  using Position = Rope<Pairs::interleaved>;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = Mlp;
  template <class N>
  using Embedding = TokenEmbedding<N>;
  template <class N>
  using LmHead = MaskedLmHead<N>;
  static constexpr bool classifies_by_features = true;

  static Config<RoFormerSpec> config(const JsonObject& json);
  static HeadOptions heads(const JsonObject& json, const Config<RoFormerSpec>& config);
  static WeightNames weight_names(const Config<RoFormerSpec>&);
};

inline Config<RoFormerSpec> RoFormerSpec::config(const JsonObject& json) {
  const ModelShape defaults{
      .vocabulary = 50000, .intermediate = 3072, .max_positions = 1536, .types = 2, .dropout = 0.1f};
  auto config = read_bert_config<RoFormerSpec>(json, defaults, 1e-12, "gelu");
  config.shape.embedding = json.nullable().integer("embedding_size", config.shape.hidden, {1, largest_size});
  config.position.ends = true;  // all its rows are kept, so that a file's table fits
  if (config.shape.max_positions > 65536)
    throw UnsupportedError(json.where("max_position_embeddings") + ": more than 65536 is not supported");
  config.position.rotates_values = json.boolean("rotary_value", false);
  if (config.shape.head_size() % 2 != 0)
    throw ConfigError(json.where("num_attention_heads") + ": RoPE needs an even head size, this is " +
                      std::to_string(config.shape.head_size()));
  return config;
}

inline HeadOptions RoFormerSpec::heads(const JsonObject& json, const Config<RoFormerSpec>& config) {
  static constexpr KnownHead known[] = {
      {"RoFormerModel", Head::none},
      {"RoFormerForMaskedLM", Head::masked_lm},
      {"RoFormerForSequenceClassification", Head::sequence_classification},
      {"RoFormerForMultipleChoice", Head::multiple_choice},
      {"RoFormerForTokenClassification", Head::token_classification},
      {"RoFormerForQuestionAnswering", Head::question_answering},
  };
  HeadOptions options = read_heads(json, known);
  options.lm.activation = config.feed_forward.activation;
  if (options.head == Head::sequence_classification)
    options.features = {.present = true, .activation = options.lm.activation};
  if (options.head == Head::multiple_choice) read_sequence_summary(json, options, "last", false, "linear");
  return options;
}

inline WeightNames RoFormerSpec::weight_names(const Config<RoFormerSpec>&) {
  return {
      .names = bert_encoder_names({{"position.cosine", "encoder.embed_positions.weight", Stored::column_part, 1, 2},
                                   {"position.sine", "encoder.embed_positions.weight", Stored::column_part, 0, 2},
                                   {"masked_lm.dense", "cls.predictions.transform.dense"},
                                   {"masked_lm.norm", "cls.predictions.transform.LayerNorm"},
                                   {"masked_lm.decoder", "cls.predictions.decoder"},
                                   {"masked_lm.bias", "cls.predictions.decoder.bias"},
                                   {.ours = "masked_lm.bias", .published = "cls.predictions.bias", .outranked = true},
                                   {"features.dense", "classifier.dense"},
                                   {"features.dense", "sequence_summary.summary"},
                                   {"classifier", "classifier"},
                                   {"classifier", "classifier.out_proj"},
                                   {"classifier", "qa_outputs"}}),
      .prefixes = {"roformer."},
      .ignorable = {"cls.", "sequence_summary.", "classifier.", "qa_outputs."}};
}

}  // namespace encore
