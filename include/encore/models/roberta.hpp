// SPDX-License-Identifier: Apache-2.0
// RoBERTa and the models that share its layers: XLM-RoBERTa, CamemBERT. Liu et al. 2019, "RoBERTa: A Robustly Optimized
// BERT Pretraining Approach"; Conneau et al. 2020; Martin et al. 2020; transformers models/roberta.
//
//   as BERT, but
//   position      the first position is pad_token_id + 1: a table of 514 rows takes 512 tokens; a pad id inside a text
//                 has position pad_token_id and is not counted
//   token types   one
//   heads         masked language model with gelu (erf) whatever hidden_act is; sequence classification by
//                 tanh(dense(first token)), then the classifier
#pragma once

#include <encore/models/bert.hpp>

namespace encore {

struct RobertaSpec : BertSpec {
  static constexpr std::string_view name = "RoBERTa";
  static constexpr std::string_view model_types[] = {"roberta", "xlm-roberta", "camembert"};

  static Config<RobertaSpec> config(const JsonObject& json);
  static HeadOptions heads(const JsonObject& json, const Config<RobertaSpec>& config);
  static WeightNames weight_names(const Config<RobertaSpec>&);
};

inline Config<RobertaSpec> RobertaSpec::config(const JsonObject& json) {
  const ModelShape defaults{.vocabulary = 50265, .intermediate = 3072, .types = 2, .dropout = 0.1f};
  auto config = read_bert_config<RobertaSpec>(json, defaults, 1e-12, "gelu");
  config.position.kind = read_bert_positions(json);
  const std::int64_t padding = json.integer("pad_token_id", 1, {0, largest_size});
  config.position.padding = std::int32_t(padding);
  config.shape.max_positions -= padding + 1;
  if (config.shape.max_positions < 1)
    throw ConfigError(json.where("max_position_embeddings") + ": " +
                      std::to_string(config.shape.max_positions + padding + 1) +
                      " leaves no position after those up to pad_token_id");
  return config;
}

inline HeadOptions RobertaSpec::heads(const JsonObject& json, const Config<RobertaSpec>&) {
  static constexpr KnownHead known[] = {
      {"RobertaModel", Head::none, true},
      {"RobertaForMaskedLM", Head::masked_lm},
      {"RobertaForSequenceClassification", Head::sequence_classification},
      {"RobertaForMultipleChoice", Head::multiple_choice},
      {"RobertaForTokenClassification", Head::token_classification},
      {"RobertaForQuestionAnswering", Head::question_answering},
      {"XLMRobertaModel", Head::none, true},
      {"XLMRobertaForMaskedLM", Head::masked_lm},
      {"XLMRobertaForSequenceClassification", Head::sequence_classification},
      {"XLMRobertaForMultipleChoice", Head::multiple_choice},
      {"XLMRobertaForTokenClassification", Head::token_classification},
      {"XLMRobertaForQuestionAnswering", Head::question_answering},
      {"CamembertModel", Head::none, true},
      {"CamembertForMaskedLM", Head::masked_lm},
      {"CamembertForSequenceClassification", Head::sequence_classification},
      {"CamembertForMultipleChoice", Head::multiple_choice},
      {"CamembertForTokenClassification", Head::token_classification},
      {"CamembertForQuestionAnswering", Head::question_answering},
  };
  HeadOptions options = read_heads(json, known);
  if (options.head == Head::sequence_classification) options.features.present = true;
  return options;
}

inline WeightNames RobertaSpec::weight_names(const Config<RobertaSpec>&) {
  return {.names = bert_encoder_names({{"pooler.dense", "pooler.dense"},
                                       {"masked_lm.dense", "lm_head.dense"},
                                       {"masked_lm.norm", "lm_head.layer_norm"},
                                       {"masked_lm.decoder", "lm_head.decoder"},
                                       {"masked_lm.bias", "lm_head.decoder.bias"},
                                       {.ours = "masked_lm.bias", .published = "lm_head.bias", .outranked = true},
                                       {"features.dense", "classifier.dense"},
                                       {"classifier", "classifier"},
                                       {"classifier", "classifier.out_proj"},
                                       {"classifier", "qa_outputs"}}),
          .prefixes = {"roberta."},
          .ignorable = {"embeddings.position_ids", "embeddings.position_embeddings.", "lm_head.", "pooler.",
                        "classifier.", "qa_outputs."}};
}

}  // namespace encore
