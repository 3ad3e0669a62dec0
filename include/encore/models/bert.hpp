// SPDX-License-Identifier: Apache-2.0
// BERT. Devlin, Chang, Lee & Toutanova 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language
// Understanding"; google-research/bert modeling.py; transformers models/bert (4 series for relative positions).
//
//   embedding     word + token type + position, norm     E = hidden
//   position      learned absolute (or relative_key, relative_key_query)
//   block         post-norm: norm(x + attention(x)), norm(x + feed-forward(x))
//   attention     multi-head, biases
//   feed-forward  MLP 4 x hidden, gelu (erf)
//   heads         pooler; masked language model (tied decoder), next sentence, pre-training, sequence and token
//                 classification, multiple choice, question answering
#pragma once

#include <encore/io/model_folder.hpp>
#include <encore/io/weight_names.hpp>
#include <encore/layers/encoder.hpp>
#include <encore/layers/learned_position.hpp>
#include <encore/layers/relative_position.hpp>
#include <encore/models/config_keys.hpp>
#include <encore/models/head_options.hpp>

namespace encore {

// The three ways a BERT checkpoint can say position_embedding_type.
enum class BertPositions : std::uint8_t { absolute, relative_key, relative_key_query };

// As config.json writes it.
constexpr std::string_view name_of(BertPositions kind) {
  switch (kind) {
    case BertPositions::absolute: return "absolute";
    case BertPositions::relative_key: return "relative_key";
    case BertPositions::relative_key_query: return "relative_key_query";
  }
  return "?";
}

// Learned positions in the embedding, or relative ones in every layer: transformers decides by a key of config.json.
struct BertPosition {
  // Which of the two, as config.json and the spec say.
  struct Options {
    BertPositions kind = BertPositions::absolute;
    std::optional<std::int32_t> padding{};  // RoBERTa: the id that is not counted (LearnedPosition)
  };
  BertPositions kind;
  std::optional<std::int32_t> padding;
  std::optional<LearnedPosition> learned;
  RelativePosition relative;

  BertPosition(Builder b, const ModelShape& shape, const Options& options)
      : kind(options.kind),
        padding(options.kind == BertPositions::absolute ? options.padding : std::nullopt),
        relative(b, with_padding(shape, options.padding),
                 {.terms = options.kind == BertPositions::relative_key_query ? RelativeTerms::key_and_query
                                                                             : RelativeTerms::key}) {
    if (kind == BertPositions::absolute) learned.emplace(b, shape, LearnedPosition::Options{options.padding});
  }
  void add_to(op::Embed& embed, Indices positions) const {
    if (learned) learned->add_to(embed, positions);
  }
  // A layer's own table of relative positions; nothing for absolute ones.
  struct Layer {
    std::optional<RelativePosition::Layer> relative;
    Layer(Builder b, const BertPosition& position) {
      if (position.kind != BertPositions::absolute) relative.emplace(b, position.relative);
    }
    auto distances(auto& ex) const { return relative ? relative->distances(ex) : decltype(relative->distances(ex)){}; }
  };

 private:
  static ModelShape with_padding(ModelShape shape, std::optional<std::int32_t> padding) {
    if (padding) shape.max_positions += *padding + 1;
    return shape;
  }
};

// position_embedding_type. Throws UnsupportedError.
inline BertPositions read_bert_positions(const JsonObject& json) {
  const std::string positions = json.nullable().text("position_embedding_type", "absolute");
  if (positions == "absolute") return BertPositions::absolute;
  if (positions == "relative_key") return BertPositions::relative_key;
  if (positions == "relative_key_query") return BertPositions::relative_key_query;
  throw UnsupportedError(json.where("position_embedding_type") + ": '" + positions +
                         "' is not supported; there are absolute, relative_key, relative_key_query");
}

// Numbers of a post-norm encoder with an MLP under BERT's keys. Throws ConfigError, UnsupportedError.
template <class Spec>
Config<Spec> read_bert_config(const JsonObject& json, const ModelShape& defaults, double eps, const char* activation) {
  check_model_type(json, Spec::model_types);
  refuse_decoders_and_pruning(json);
  Config<Spec> config;
  config.shape = read_shape(json, defaults);
  config.norm.eps = json.number("layer_norm_eps", eps, {0.0, 1.0});
  config.feed_forward.activation = read_activation(json, "hidden_act", activation);
  return config;
}

// Where the layers of BERT, and of models that transformers copied from it, lie in a checkpoint.
inline std::vector<WeightName> bert_encoder_names() {
  return {{"embedding.word", "embeddings.word_embeddings"},
          {"embedding.type", "embeddings.token_type_embeddings"},
          {"embedding.norm", "embeddings.LayerNorm"},
          {"embedding.project", "embeddings_project"},
          {"position", "embeddings.position_embeddings"},
          {"layers.{}.attention.query", "encoder.layer.{}.attention.self.query"},
          {"layers.{}.attention.key", "encoder.layer.{}.attention.self.key"},
          {"layers.{}.attention.value", "encoder.layer.{}.attention.self.value"},
          {"layers.{}.attention.relative", "encoder.layer.{}.attention.self.distance_embedding"},
          {"layers.{}.attention.out", "encoder.layer.{}.attention.output.dense"},
          {"layers.{}.attention_norm", "encoder.layer.{}.attention.output.LayerNorm"},
          {"layers.{}.feed_forward.in", "encoder.layer.{}.intermediate.dense"},
          {"layers.{}.feed_forward.out", "encoder.layer.{}.output.dense"},
          {"layers.{}.feed_forward_norm", "encoder.layer.{}.output.LayerNorm"}};
}
// The same and a head's own.
inline std::vector<WeightName> bert_encoder_names(std::initializer_list<WeightName> more) {
  std::vector<WeightName> names = bert_encoder_names();
  names.insert(names.end(), more);
  return names;
}

struct BertSpec {
  static constexpr std::string_view name = "BERT";
  static constexpr std::string_view model_types[] = {"bert"};

  using Norm = LayerNorm;
  using Placement = PostNorm;
  using Position = BertPosition;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = Mlp;
  template <class N>
  using Embedding = TokenEmbedding<N>;
  using Pooler = TanhPooler;
  template <class N>
  using LmHead = MaskedLmHead<N>;

  // config.json -> numbers; transformers' defaults hold for missing keys. Throws ConfigError, UnsupportedError.
  static Config<BertSpec> config(const JsonObject& json);
  // The head named by `architectures`, and its numbers.
  static HeadOptions heads(const JsonObject& json, const Config<BertSpec>& config);
  static WeightNames weight_names(const Config<BertSpec>&);
};

inline Config<BertSpec> BertSpec::config(const JsonObject& json) {
  auto config = read_bert_config<BertSpec>(json, {.intermediate = 3072, .types = 2, .dropout = 0.1f}, 1e-12, "gelu");
  config.position.kind = read_bert_positions(json);
  return config;
}

inline HeadOptions BertSpec::heads(const JsonObject& json, const Config<BertSpec>& config) {
  static constexpr KnownHead known[] = {
      {"BertModel", Head::none, true},
      {"BertForMaskedLM", Head::masked_lm},
      {"BertForPreTraining", Head::pretraining},
      {"BertForNextSentencePrediction", Head::next_sentence},
      {"BertForSequenceClassification", Head::sequence_classification},
      {"BertForMultipleChoice", Head::multiple_choice},
      {"BertForTokenClassification", Head::token_classification},
      {"BertForQuestionAnswering", Head::question_answering},
  };
  HeadOptions options = read_heads(json, known);
  options.lm.activation = config.feed_forward.activation;
  return options;
}

inline WeightNames BertSpec::weight_names(const Config<BertSpec>&) {
  return {
      .names = bert_encoder_names({{"pooler.dense", "pooler.dense"},
                                   {"masked_lm.dense", "cls.predictions.transform.dense"},
                                   {"masked_lm.norm", "cls.predictions.transform.LayerNorm"},
                                   {"masked_lm.decoder", "cls.predictions.decoder"},
                                   {"masked_lm.bias", "cls.predictions.decoder.bias"},
                                   {.ours = "masked_lm.bias", .published = "cls.predictions.bias", .outranked = true},
                                   {"classifier", "classifier"},
                                   {"classifier", "qa_outputs"},
                                   {"classifier", "cls.seq_relationship"}}),
      .prefixes = {"bert."},
      // A buffer of positions that old versions saved; the position table of a relative model; a tied decoder's
      // copy; heads and the pooler, when the task at hand does not read them.
      .ignorable = {"embeddings.position_ids", "embeddings.position_embeddings.", "cls.", "pooler.", "classifier.",
                    "qa_outputs."}};
}

}  // namespace encore
