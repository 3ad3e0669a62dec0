// SPDX-License-Identifier: Apache-2.0
// MPNet. Song, Tan, Qin, Lu & Liu 2020, "MPNet: Masked and Permuted Pre-training for Language Understanding"; transformers
// models/mpnet.
//
//   as RoBERTa, but no token types
//   position      learned, from the padding index + 1 on, and a bias by T5's buckets of distance, one table for all layers
#pragma once

#include <encore/layers/learned_position.hpp>
#include <encore/layers/t5_bias.hpp>
#include <encore/models/roberta.hpp>

namespace encore {

// Learned positions in the embedding, and T5's bias in the scores.
struct MpnetPosition {
  // From relative_attention_num_buckets.
  struct Options {
    std::int64_t buckets = 32;  // rows of the bias table
  };
  static constexpr std::int32_t padding = 1;  // whatever config.json says
  LearnedPosition learned;
  T5Bias bias;

  // Distances are always sorted into 32 buckets, however many rows the table has.
  MpnetPosition(Builder b, const ModelShape& shape, const Options& options)
      : learned(b, shape, {.padding = padding}), bias(b, shape, {.rows = options.buckets}) {}
  void add_to(op::Embed& embed, Indices positions) const { learned.add_to(embed, positions); }
  auto distances(auto& ex) const { return bias.distances(ex); }
};

struct MpnetSpec {
  static constexpr std::string_view name = "MPNet";
  static constexpr std::string_view model_types[] = {"mpnet"};

  using Norm = LayerNorm;
  using Placement = PostNorm;
  using Position = MpnetPosition;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = Mlp;
  template <class N>
  using Embedding = TokenEmbedding<N>;
  using Pooler = TanhPooler;
  template <class N>
  using LmHead = MaskedLmHead<N>;

  static Config<MpnetSpec> config(const JsonObject& json);
  static HeadOptions heads(const JsonObject& json, const Config<MpnetSpec>& config);
  static WeightNames weight_names(const Config<MpnetSpec>&);
};

inline Config<MpnetSpec> MpnetSpec::config(const JsonObject& json) {
  auto config =
      read_bert_config<MpnetSpec>(json, {.vocabulary = 30527, .intermediate = 3072, .dropout = 0.1f}, 1e-12, "gelu");
  config.shape.types = 0;
  config.position.buckets = json.integer("relative_attention_num_buckets", 32, {1, largest_size});
  if (config.position.buckets < 32)
    throw UnsupportedError(json.where("relative_attention_num_buckets") +
                           ": fewer than the 32 that distances are sorted into are not supported");
  config.shape.max_positions -= MpnetPosition::padding + 1;
  if (config.shape.max_positions < 1)
    throw ConfigError(json.where("max_position_embeddings") + ": leaves no position after the first two");
  return config;
}

inline HeadOptions MpnetSpec::heads(const JsonObject& json, const Config<MpnetSpec>&) {
  static constexpr KnownHead known[] = {
      {"MPNetModel", Head::none, true},
      {"MPNetForMaskedLM", Head::masked_lm},
      {"MPNetForSequenceClassification", Head::sequence_classification},
      {"MPNetForMultipleChoice", Head::multiple_choice},
      {"MPNetForTokenClassification", Head::token_classification},
      {"MPNetForQuestionAnswering", Head::question_answering},
  };
  HeadOptions options = read_heads(json, known);
  if (options.head == Head::sequence_classification) options.features.present = true;
  return options;
}

inline WeightNames MpnetSpec::weight_names(const Config<MpnetSpec>&) {
  return {.names = {{"embedding.word", "embeddings.word_embeddings"},
                    {"embedding.norm", "embeddings.LayerNorm"},
                    {"position.bias", "encoder.relative_attention_bias"},
                    {"position", "embeddings.position_embeddings"},
                    {"layers.{}.attention.query", "encoder.layer.{}.attention.attn.q"},
                    {"layers.{}.attention.key", "encoder.layer.{}.attention.attn.k"},
                    {"layers.{}.attention.value", "encoder.layer.{}.attention.attn.v"},
                    {"layers.{}.attention.out", "encoder.layer.{}.attention.attn.o"},
                    {"layers.{}.attention_norm", "encoder.layer.{}.attention.LayerNorm"},
                    {"layers.{}.feed_forward.in", "encoder.layer.{}.intermediate.dense"},
                    {"layers.{}.feed_forward.out", "encoder.layer.{}.output.dense"},
                    {"layers.{}.feed_forward_norm", "encoder.layer.{}.output.LayerNorm"},
                    {"pooler.dense", "pooler.dense"},
                    {"masked_lm.dense", "lm_head.dense"},
                    {"masked_lm.norm", "lm_head.layer_norm"},
                    {"masked_lm.decoder", "lm_head.decoder"},
                    {"masked_lm.bias", "lm_head.decoder.bias"},
                    {.ours = "masked_lm.bias", .published = "lm_head.bias", .outranked = true},
                    {"features.dense", "classifier.dense"},
                    {"classifier", "classifier"},
                    {"classifier", "classifier.out_proj"},
                    {"classifier", "qa_outputs"}},
          .prefixes = {"mpnet."},
          .ignorable = {"embeddings.position_ids", "lm_head.", "pooler.", "classifier.", "qa_outputs."}};
}

}  // namespace encore
