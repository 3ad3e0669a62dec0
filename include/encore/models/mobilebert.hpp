// SPDX-License-Identifier: Apache-2.0
// MobileBERT. Sun et al. 2020, "MobileBERT: a Compact Task-Agnostic BERT for Resource-Limited Devices"; transformers
// models/mobilebert.
//
//   embedding     trigrams of words at E, projected; token type and position at the hidden width; norm
//   norm          gain and bias alone (no_norm), or LayerNorm
//   block         bottleneck: 512 outside, 128 inside, four feed-forwards
//   attention     queries and keys from one narrow map of the input, values from the input itself
//   heads         the first token as pooler, or tanh(dense) of it; masked language model whose decoder is the word table
//                 beside columns of its own, next sentence, pre-training, sequence and token classification, question
//                 answering, multiple choice
#pragma once

#include <encore/layers/bottleneck.hpp>
#include <encore/layers/learned_position.hpp>
#include <encore/models/bert.hpp>

namespace encore {

// normalization_type.
struct MobileBertNorm {
  // From normalization_type and layer_norm_eps.
  struct Options {
    NormKind kind = NormKind::none;  // or layer
    double eps = 1e-12;              // of LayerNorm
  };
  op::Norm op;

  MobileBertNorm(Builder b, std::int64_t width, const Options& options) {
    op.kind = options.kind;
    op.gain = b.vector("weight", width, Init::ones);
    op.bias = b.vector("bias", width, Init::zeros);
    op.eps = options.eps;
  }
  auto operator()(auto& ex, const auto& x) const { return ex.norm(op, x); }
  auto operator()(auto& ex, const auto& residual, const auto& x) const { return ex.residual_norm(op, residual, x); }
};

// The first token, or tanh(dense(it)): [N, C] -> [sequences, C].
struct MobileBertPooler {
  std::optional<Linear> dense;

  MobileBertPooler(Builder b, const ModelShape& shape, const PoolerOptions& options) {
    if (options.dense) dense.emplace(b / "dense", shape.hidden, shape.hidden);
  }
  auto operator()(auto& ex, const auto& x, const BatchIndices& in) const {
    auto first = ex.gather_rows(x, in.first_rows);
    return dense ? ex.activate(Activation::tanh, (*dense)(ex, first)) : first;
  }
};

// h = norm(activation(dense(x))): [N, C]; logits = h[:E] W' + h[E:] V' + bias, W [vocabulary, E] the word table, V
// [vocabulary, C - E].
struct MobileBertLmHead {
  Linear dense;
  Activation activation;
  LayerNorm norm;
  ParameterId words;
  ParameterId rest;
  ParameterId bias;
  std::int64_t embedding, hidden;

  MobileBertLmHead(Builder b, const ModelShape& shape, const LmHeadOptions& options,
                   const MobileBertNorm::Options& norm_options, ParameterId table)
      : dense(b / "dense", shape.hidden, shape.hidden),
        activation(options.activation),
        norm(b / "norm", shape.hidden, {.eps = norm_options.eps}),
        words(options.tied == Tied::no ? (b / "decoder").weight("weight", shape.vocabulary, shape.embedding_width())
                                       : table),
        bias(b.vector("bias", shape.vocabulary, Init::zeros)),
        embedding(shape.embedding_width()),
        hidden(shape.hidden) {
    if (hidden > embedding) rest = (b / "rest").weight("weight", shape.vocabulary, hidden - embedding);
    b.layout()[words].reads_product = true;
  }
  auto operator()(auto& ex, const auto& x) const {
    auto mapped = dense(ex, x);
    auto active = ex.activate(activation, mapped);
    auto h = norm(ex, active);
    if (!rest) return ex.linear(h, words, bias);
    auto by_words = ex.linear(ex.columns(h, 0, embedding), words, bias);
    auto by_rest = ex.linear(ex.columns(h, embedding, hidden - embedding), rest);
    return ex.add(by_words, by_rest);
  }
};

struct MobileBertSpec {
  static constexpr std::string_view name = "MobileBERT";
  static constexpr std::string_view model_types[] = {"mobilebert"};

  using Norm = MobileBertNorm;
  using Placement = PostNorm;
  using Position = LearnedPosition;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = Mlp;
  template <class N>
  using Embedding = TrigramEmbedding<N>;
  template <class S>
  using Block = BottleneckBlock<S>;
  using BlockOptions = BottleneckOptions;
  using Pooler = MobileBertPooler;
  template <class N>
  using LmHead = MobileBertLmHead;

  static Config<MobileBertSpec> config(const JsonObject& json);
  static HeadOptions heads(const JsonObject& json, const Config<MobileBertSpec>& config);
  static WeightNames weight_names(const Config<MobileBertSpec>&);
};

inline Config<MobileBertSpec> MobileBertSpec::config(const JsonObject& json) {
  check_model_type(json, model_types);
  refuse_decoders_and_pruning(json);
  Config<MobileBertSpec> config;
  ModelShape& shape = config.shape;
  shape.vocabulary = json.integer("vocab_size", 30522, {1, largest_size});
  shape.hidden = json.integer("hidden_size", 512, {1, largest_size});
  shape.layers = json.integer("num_hidden_layers", 24, {1, 4096});
  shape.heads = json.integer("num_attention_heads", 4, {1, 65536});
  shape.intermediate = json.integer("intermediate_size", 512, {1, largest_size});
  shape.max_positions = json.integer("max_position_embeddings", 512, {1, largest_size});
  shape.types = json.integer("type_vocab_size", 2, {0, 65536});
  shape.dropout = float(json.number("hidden_dropout_prob", 0.0, {0.0, 0.999}));
  shape.embedding = json.integer("embedding_size", 128, {1, largest_size});
  if (shape.embedding > shape.hidden)
    throw UnsupportedError(json.where("embedding_size") + ": wider than hidden_size is not supported");

  BottleneckOptions& block = config.block;
  const bool bottleneck = json.boolean("use_bottleneck", true);
  std::int64_t width = bottleneck ? json.integer("intra_bottleneck_size", 128, {1, largest_size}) : shape.hidden;
  // transformers 5 writes what it derived, and reads it back.
  width = json.integer("true_hidden_size", width, {1, largest_size});
  if (!bottleneck && width != shape.hidden)
    throw ConfigError(json.where("true_hidden_size") + ": without a bottleneck it is hidden_size, " +
                      std::to_string(shape.hidden));
  block.width = bottleneck ? width : 0;
  block.feed_forwards =
      json.integer("num_feedforward_networks", 4, {1, std::max<std::int64_t>(4, 4096 / shape.layers)});
  block.shared_query_key = json.boolean("key_query_shared_bottleneck", true);
  block.bottleneck_attention = json.boolean("use_bottleneck_attention", false);
  block.last_norm_eps = 1e-5;  // no key reaches this one, nor the embeddings'
  if (width % shape.heads != 0)
    throw ConfigError(json.where("num_attention_heads") + ": the width inside, " + std::to_string(width) +
                      ", is not a multiple of " + std::to_string(shape.heads));
  shape.head = width / shape.heads;
  if (bottleneck && !block.shared_query_key && !block.bottleneck_attention && width != shape.hidden)
    throw ConfigError(json.where("key_query_shared_bottleneck") +
                      ": false needs intra_bottleneck_size = hidden_size, or use_bottleneck_attention");

  const std::string norm = json.text("normalization_type", "no_norm");
  if (norm != "no_norm" && norm != "layer_norm")
    throw UnsupportedError(json.where("normalization_type") + ": '" + norm +
                           "' is not supported; there are no_norm, layer_norm");
  config.norm = {.kind = norm == "no_norm" ? NormKind::none : NormKind::layer,
                 .eps = json.number("layer_norm_eps", 1e-12, {0.0, 1.0})};
  config.embedding = {.trigrams = json.boolean("trigram_input", true),
                      .norm = MobileBertNorm::Options{.kind = config.norm.kind, .eps = 1e-5}};
  config.position.width = shape.hidden;
  config.feed_forward.activation = read_activation(json, "hidden_act", "relu");
  return config;
}

inline HeadOptions MobileBertSpec::heads(const JsonObject& json, const Config<MobileBertSpec>&) {
  static constexpr KnownHead known[] = {
      {"MobileBertModel", Head::none, true},
      {"MobileBertForMaskedLM", Head::masked_lm},
      {"MobileBertForPreTraining", Head::pretraining},
      {"MobileBertForNextSentencePrediction", Head::next_sentence},
      {"MobileBertForSequenceClassification", Head::sequence_classification},
      {"MobileBertForMultipleChoice", Head::multiple_choice},
      {"MobileBertForTokenClassification", Head::token_classification},
      {"MobileBertForQuestionAnswering", Head::question_answering},
  };
  HeadOptions options = read_heads(json, known);
  options.lm.activation = read_activation(json, "hidden_act", "relu");
  options.pooler_dense = json.boolean("classifier_activation", true);
  if (!options.pooler_dense && options.head == Head::none) options.pooler = true;  // nothing in the file tells
  return options;
}

inline WeightNames MobileBertSpec::weight_names(const Config<MobileBertSpec>&) {
  std::vector<WeightName> names{{"embedding.word", "embeddings.word_embeddings"},
                                {"embedding.type", "embeddings.token_type_embeddings"},
                                {"embedding.project", "embeddings.embedding_transformation"},
                                {"embedding.norm", "embeddings.LayerNorm"},
                                {"position", "embeddings.position_embeddings"},
                                {"layers.{}.in", "encoder.layer.{}.bottleneck.input.dense"},
                                {"layers.{}.in_norm", "encoder.layer.{}.bottleneck.input.LayerNorm"},
                                {"layers.{}.query_key", "encoder.layer.{}.bottleneck.attention.dense"},
                                {"layers.{}.query_key_norm", "encoder.layer.{}.bottleneck.attention.LayerNorm"},
                                {"layers.{}.query", "encoder.layer.{}.attention.self.query"},
                                {"layers.{}.key", "encoder.layer.{}.attention.self.key"},
                                {"layers.{}.value", "encoder.layer.{}.attention.self.value"},
                                {"layers.{}.out", "encoder.layer.{}.attention.output.dense"},
                                {"layers.{}.attention_norm", "encoder.layer.{}.attention.output.LayerNorm"},
                                {"layers.{}.feed_forwards.{}.in", "encoder.layer.{}.ffn.{}.intermediate.dense"},
                                {"layers.{}.feed_forwards.{}.out", "encoder.layer.{}.ffn.{}.output.dense"},
                                {"layers.{}.feed_forwards.{}.norm", "encoder.layer.{}.ffn.{}.output.LayerNorm"},
                                {"layers.{}.last_feed_forward.in", "encoder.layer.{}.intermediate.dense"},
                                {"layers.{}.last_feed_forward.out", "encoder.layer.{}.output.dense"},
                                {"layers.{}.last_feed_forward.norm", "encoder.layer.{}.output.LayerNorm"},
                                {"layers.{}.up", "encoder.layer.{}.output.bottleneck.dense"},
                                {"layers.{}.up_norm", "encoder.layer.{}.output.bottleneck.LayerNorm"},
                                {"pooler.dense", "pooler.dense"},
                                {"masked_lm.dense", "cls.predictions.transform.dense"},
                                {"masked_lm.norm", "cls.predictions.transform.LayerNorm"},
                                {"masked_lm.decoder", "cls.predictions.decoder"},
                                {"masked_lm.rest.weight", "cls.predictions.dense.weight", Stored::transposed},
                                {"masked_lm.bias", "cls.predictions.decoder.bias"},
                                {.ours = "masked_lm.bias", .published = "cls.predictions.bias", .outranked = true},
                                {"classifier", "classifier"},
                                {"classifier", "qa_outputs"},
                                {"classifier", "cls.seq_relationship"}};
  return {.names = std::move(names),
          .prefixes = {"mobilebert."},
          // transformers makes maps that some configurations do not use.
          .ignorable = {"embeddings.position_ids", "embeddings.embedding_transformation.",
                        "encoder.layer.{}.bottleneck.attention.", "cls.", "pooler.", "classifier.", "qa_outputs."}};
}

}  // namespace encore
