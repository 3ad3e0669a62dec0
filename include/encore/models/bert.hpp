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
#include <encore/models/encoder_model.hpp>
#include <encore/models/weight_names.hpp>

namespace encore {

// The three ways a BERT checkpoint can say position_embedding_type.
enum class BertPositions : std::uint8_t { absolute, relative_key, relative_key_query };

// Learned positions in the embedding, or relative ones in every layer: transformers decides by a key of config.json.
struct BertPosition {
  struct Options {
    BertPositions kind = BertPositions::absolute;
  };
  BertPositions kind;
  std::optional<LearnedPosition> learned;
  RelativePosition relative;

  BertPosition(Builder b, const ModelShape& shape, const Options& options)
      : kind(options.kind),
        relative(b, shape,
                 {.terms = options.kind == BertPositions::relative_key_query ? RelativeTerms::key_and_query
                                                                             : RelativeTerms::key}) {
    if (kind == BertPositions::absolute) learned.emplace(b, shape, LearnedPosition::Options{});
  }
  void add_to(op::Embed& embed, Indices positions) const {
    if (learned) learned->add_to(embed, positions);
  }
  struct Layer {
    std::optional<RelativePosition::Layer> relative;
    Layer(Builder b, const BertPosition& position) {
      if (position.kind != BertPositions::absolute) relative.emplace(b, position.relative);
    }
    void lower(AttentionSpec& spec) const {
      if (relative) relative->lower(spec);
    }
  };
};

struct BertSpec {
  static constexpr std::string_view name = "BERT";
  static constexpr std::string_view model_type = "bert";

  using Norm = LayerNorm;
  using Placement = PostNorm;
  using Position = BertPosition;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = Mlp;
  template <class N>
  using Embedding = TokenEmbedding<N>;
  using Pooler = TanhPooler;
  using LmHead = MaskedLmHead<LayerNorm>;

  // config.json -> numbers; transformers' defaults hold for missing keys. Throws ConfigError, UnsupportedError.
  static Config<BertSpec> config(const JsonObject& json);
  // The head named by `architectures`, and its numbers.
  static HeadOptions heads(const JsonObject& json);
  // The same, with a pooler on a bare encoder only where the checkpoint has one.
  static HeadOptions heads(const JsonObject& json, const Checkpoint& checkpoint);
  static const WeightNames& weight_names();
};

inline Config<BertSpec> BertSpec::config(const JsonObject& json) {
  constexpr std::int64_t most = std::int64_t{1} << 24;  // keeps products of two sizes far from overflow
  if (const std::string type = json.text("model_type", "bert"); type != "bert")
    throw UnsupportedError(json.where("model_type") + ": '" + type + "' is not bert");
  for (const char* key : {"is_decoder", "add_cross_attention"})
    if (json.boolean(key, false))
      throw UnsupportedError(json.where(key) + ": decoders are not supported; this is an encoder library");
  if (json.has("pruned_heads") && json.object("pruned_heads").size() > 0)
    throw UnsupportedError(json.where("pruned_heads") + ": pruned heads are not supported");

  Config<BertSpec> config;
  config.shape.vocabulary = json.integer("vocab_size", 30522, {1, most});
  config.shape.hidden = json.integer("hidden_size", 768, {1, most});
  config.shape.layers = json.integer("num_hidden_layers", 12, {1, 4096});
  config.shape.heads = json.integer("num_attention_heads", 12, {1, 65536});
  config.shape.intermediate = json.integer("intermediate_size", 3072, {1, most});
  config.shape.max_positions = json.integer("max_position_embeddings", 512, {1, most});
  config.shape.types = json.integer("type_vocab_size", 2, {1, 65536});
  config.shape.dropout = float(json.number("hidden_dropout_prob", 0.1, {0.0, 0.999}));
  if (config.shape.hidden % config.shape.heads != 0)
    throw ConfigError(json.where("hidden_size") + ": " + std::to_string(config.shape.hidden) +
                      " is not a multiple of num_attention_heads, " + std::to_string(config.shape.heads));
  config.norm.eps = json.number("layer_norm_eps", 1e-12, {0.0, 1.0});
  try {
    config.feed_forward.activation = activation_from_name(json.text("hidden_act", "gelu"));
  } catch (const UnsupportedError& error) {
    throw UnsupportedError(json.where("hidden_act") + ": " + error.what());
  }
  const std::string positions = json.text("position_embedding_type", "absolute");
  if (positions == "absolute")
    config.position.kind = BertPositions::absolute;
  else if (positions == "relative_key")
    config.position.kind = BertPositions::relative_key;
  else if (positions == "relative_key_query")
    config.position.kind = BertPositions::relative_key_query;
  else
    throw UnsupportedError(json.where("position_embedding_type") + ": '" + positions +
                           "' is not supported; there are absolute, relative_key, relative_key_query");
  return config;
}

inline HeadOptions BertSpec::heads(const JsonObject& json) {
  HeadOptions options;
  options.activation = config(json).feed_forward.activation;
  options.tied = json.boolean("tie_word_embeddings", true) ? Tied::yes : Tied::no;
  options.labels = json.integer("num_labels", 2, {1, 1 << 24});
  if (json.has("id2label")) options.labels = std::int64_t(json.object("id2label").size());
  if (!json.has("architectures")) return options;
  const std::vector<std::string> architectures = json.texts("architectures");
  if (architectures.empty()) return options;
  struct Known {
    std::string_view name;
    Head head;
    bool pooler;
  };
  static constexpr Known known[] = {
      {"BertModel", Head::none, true},
      {"BertForMaskedLM", Head::masked_lm, false},
      {"BertForPreTraining", Head::pretraining, true},
      {"BertForNextSentencePrediction", Head::next_sentence, true},
      {"BertForSequenceClassification", Head::sequence_classification, true},
      {"BertForMultipleChoice", Head::multiple_choice, true},
      {"BertForTokenClassification", Head::token_classification, false},
      {"BertForQuestionAnswering", Head::question_answering, false},
  };
  std::string names;
  for (const Known& candidate : known) {
    if (candidate.name == architectures.front()) {
      options.head = candidate.head;
      options.pooler = candidate.pooler;
      if (options.labels < 1) throw ConfigError(json.where("id2label") + ": is empty");
      return options;
    }
    names += " " + std::string(candidate.name);
  }
  throw UnsupportedError(json.where("architectures") + ": '" + architectures.front() + "' is not supported; there are" +
                         names);
}

inline HeadOptions BertSpec::heads(const JsonObject& json, const Checkpoint& checkpoint) {
  HeadOptions options = heads(json);
  if (options.head == Head::none) {
    const std::vector<std::string> names = published_names(weight_names(), "pooler.dense.weight");
    options.pooler = std::any_of(names.begin(), names.end(),
                                 [&](const std::string& name) { return checkpoint.find(name) != nullptr; });
  }
  return options;
}

inline const WeightNames& BertSpec::weight_names() {
  static const WeightNames table{
      .names = {{"embedding.word", "embeddings.word_embeddings"},
                {"embedding.type", "embeddings.token_type_embeddings"},
                {"embedding.norm", "embeddings.LayerNorm"},
                {"position", "embeddings.position_embeddings"},
                {"layers.{}.attention.query", "encoder.layer.{}.attention.self.query"},
                {"layers.{}.attention.key", "encoder.layer.{}.attention.self.key"},
                {"layers.{}.attention.value", "encoder.layer.{}.attention.self.value"},
                {"layers.{}.attention.relative", "encoder.layer.{}.attention.self.distance_embedding"},
                {"layers.{}.attention.out", "encoder.layer.{}.attention.output.dense"},
                {"layers.{}.attention_norm", "encoder.layer.{}.attention.output.LayerNorm"},
                {"layers.{}.feed_forward.in", "encoder.layer.{}.intermediate.dense"},
                {"layers.{}.feed_forward.out", "encoder.layer.{}.output.dense"},
                {"layers.{}.feed_forward_norm", "encoder.layer.{}.output.LayerNorm"},
                {"pooler.dense", "pooler.dense"},
                {"masked_lm.dense", "cls.predictions.transform.dense"},
                {"masked_lm.norm", "cls.predictions.transform.LayerNorm"},
                {"masked_lm.decoder", "cls.predictions.decoder"},
                {"masked_lm.bias", "cls.predictions.bias"},
                {"masked_lm.bias", "cls.predictions.decoder.bias"},
                {"classifier", "classifier"},
                {"classifier", "qa_outputs"},
                {"classifier", "cls.seq_relationship"}},
      .prefixes = {"bert."},
      // A buffer of positions that old versions saved; the position table of a relative model; a tied decoder's copy;
      // heads and the pooler, when the task at hand does not read them.
      .ignorable = {"embeddings.position_ids", "embeddings.position_embeddings.", "cls.", "pooler.", "classifier.",
                    "qa_outputs."},
      .elsewhere = {}};
  return table;
}

}  // namespace encore
