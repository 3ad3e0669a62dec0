// SPDX-License-Identifier: Apache-2.0
// DeBERTa, version 1 and versions 2 and 3. He, Liu, Gao & Chen 2021, "DeBERTa: Decoding-enhanced BERT with Disentangled
// Attention"; He, Gao & Chen 2021, "DeBERTaV3"; transformers models/deberta, models/deberta_v2.
//
//   embedding     word (+ token type, + absolute position), projected without bias where E differs, then norm
//   position      embeddings of distances, one table for all layers; v2: logarithmic buckets, perhaps normed
//   block         post-norm; v2 xlarge: a convolution beside the first layer
//   attention     disentangled: content to position and position to content; v1: no bias on keys, fused by head
//   feed-forward  MLP, gelu (erf)
//   heads         masked language model, with the enhanced mask decoder of microsoft/DeBERTa where the checkpoint has it;
//                 replaced token detection; sequence classification and multiple choice by gelu(dense(first token)),
//                 token classification, question answering
#pragma once

#include <encore/layers/convolution.hpp>
#include <encore/layers/disentangled.hpp>
#include <encore/layers/mask_decoder.hpp>
#include <encore/layers/token_detector.hpp>
#include <encore/models/bert.hpp>

namespace encore {

struct DebertaSpec {
  static constexpr std::string_view name = "DeBERTa";
  static constexpr std::string_view model_types[] = {"deberta"};

  using Norm = LayerNorm;
  using Placement = PostNorm;
  using Position = DisentangledPosition<LayerNorm>;
  template <class P>
  using Attention = DisentangledAttention<P>;
  using FeedForward = Mlp;
  template <class N>
  using Embedding = ProjectedEmbedding<N>;
  template <class N>
  using LmHead = EnhancedMaskDecoder<N>;
  template <class N>
  using Detector = TokenDetector<N>;
  static constexpr bool classifies_by_features = true;

  static Config<DebertaSpec> config(const JsonObject& json);
  // What microsoft published names no head.
  static HeadOptions heads(const JsonObject& json, const Config<DebertaSpec>& config, Head unnamed = Head::none);
  static void read_tensors(const JsonObject& json, const Checkpoint* checkpoint, Config<DebertaSpec>& config,
                           HeadOptions& options);
  static WeightNames weight_names(const Config<DebertaSpec>& config);
};

// Versions 2 and 3: buckets of distance that grow with it, perhaps a norm on their table and, in v2 xlarge, a
// convolution beside the first layer.
struct DebertaV2Spec : DebertaSpec {
  static constexpr std::string_view name = "DeBERTa v2";
  static constexpr std::string_view model_types[] = {"deberta-v2"};

  template <class S>
  using Block = ConvolvedBlock<S>;
  using BlockOptions = ConvolutionOptions;

  static Config<DebertaV2Spec> config(const JsonObject& json);
  static HeadOptions heads(const JsonObject& json, const Config<DebertaV2Spec>& config, Head unnamed = Head::none);
  static void read_tensors(const JsonObject& json, const Checkpoint* checkpoint, Config<DebertaV2Spec>& config,
                           HeadOptions& options);
  static WeightNames weight_names(const Config<DebertaV2Spec>&);
};

namespace detail {

// "C2P|p2c" -> c2p, p2c; white space around a name does not count.
inline std::vector<std::string> names_between_bars(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    std::string name = text.substr(begin, end - begin);
    for (char& c : name) c = char(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    const std::size_t first = name.find_first_not_of(" \t\r\n\v\f");
    name = first == name.npos ? "" : name.substr(first, name.find_last_not_of(" \t\r\n\v\f") + 1 - first);
    names.push_back(std::move(name));
    begin = end + 1;
  }
  return names;
}

// pos_att_type: a list, or names with bars between them.
inline std::vector<std::string> deberta_terms(const JsonObject& json) {
  if (!json.nullable().has("pos_att_type")) return {};
  std::vector<std::string> terms;
  if (json.has_text("pos_att_type")) {
    terms = names_between_bars(json.text("pos_att_type"));
  } else {
    terms = json.texts("pos_att_type");
  }
  for (const std::string& term : terms)
    if (term != "c2p" && term != "p2c")
      throw UnsupportedError(json.where("pos_att_type") + ": " + in_quotes(term) +
                             " is not supported; there are c2p, p2c");
  if (terms.size() > 2 || (terms.size() == 2 && terms[0] == terms[1]))
    throw UnsupportedError(json.where("pos_att_type") + ": names a term twice");
  return terms;
}

// What the versions have in common.
template <class Spec>
Config<Spec> read_deberta_config(const JsonObject& json, const ModelShape& defaults) {
  Config<Spec> config = read_bert_config<Spec>(json, defaults, 1e-7, "gelu");
  config.shape.embedding = json.integer("embedding_size", config.shape.hidden, {1, largest_size});
  auto& position = config.position;
  position.absolute = json.boolean("position_biased_input", true);
  position.relative = json.boolean("relative_attention", false);
  const std::int64_t furthest = json.integer("max_relative_positions", -1, {-largest_size, largest_size});
  position.furthest = furthest < 1 ? config.shape.max_positions : furthest;
  position.norm = config.norm;
  config.attention.to_query = config.attention.to_key = false;
  for (const std::string& term : deberta_terms(json))
    (term == "c2p" ? config.attention.to_query : config.attention.to_key) = true;
  config.attention.relative = position.relative;
  return config;
}

inline HeadOptions read_deberta_heads(const JsonObject& json, std::span<const KnownHead> known, Activation activation,
                                      Head unnamed) {
  HeadOptions options = read_heads(json, known, unnamed);
  options.lm.activation = activation;
  if (!json.boolean("legacy", true)) options.lm.tied = Tied::yes;  // that head has no decoder of its own
  options.features = {.present = reads_sequences(options.head),
                      .activation = read_activation(json, "pooler_hidden_act", "gelu")};
  if (options.head == Head::replaced_token_detection) options.features.activation = activation;
  const std::int64_t hidden = json.integer("hidden_size", 0);
  if (json.integer("pooler_hidden_size", hidden) != hidden && options.features.present)
    throw UnsupportedError(json.where("pooler_hidden_size") + ": only hidden_size is supported");
  return options;
}

// microsoft's masked language model: lm_predictions.lm_head and, where positions are not in the input already, the
// enhanced mask decoder. `architectures` says it by the name of its class; else the file has both tensors, of which
// transformers would write only the first, with `legacy` false.
template <class Spec>
void read_mask_decoder(const JsonObject& json, const Checkpoint* checkpoint, Config<Spec>& config,
                       HeadOptions& options) {
  if (options.head != Head::masked_lm) return;
  const auto has = [&](const char* module) { return checkpoint && checkpoint->has_part_of(module); };
  const bool named = first_architecture(json) == "MaskedLanguageModel";
  const bool head = named || has("lm_predictions.lm_head");
  const bool table = named || has("deberta.embeddings.position_embeddings") || has("embeddings.position_embeddings");
  if (head) options.lm.tied = Tied::yes;  // it has no decoder of its own
  if (!head || !table || config.position.absolute) return;
  if (config.shape.layers < 2)
    throw UnsupportedError(json.where("num_hidden_layers") + ": the enhanced mask decoder needs two layers");
  if (config.shape.embedding_width() != config.shape.hidden)
    throw UnsupportedError(json.where("embedding_size") +
                           ": with the enhanced mask decoder only hidden_size is supported");
  options.lm.enhanced = true;
}

inline WeightNames deberta_names(std::initializer_list<WeightName> attention) {
  std::vector<WeightName> names{{"embedding.word", "embeddings.word_embeddings"},
                                {"embedding.type", "embeddings.token_type_embeddings"},
                                {"embedding.norm", "embeddings.LayerNorm"},
                                {"embedding.project", "embeddings.embed_proj"},
                                {"position.relative", "encoder.rel_embeddings"},
                                {"position.relative_norm", "encoder.LayerNorm"},
                                {"position", "embeddings.position_embeddings"},
                                {"layers.{}.attention.out", "encoder.layer.{}.attention.output.dense"},
                                {"layers.{}.attention_norm", "encoder.layer.{}.attention.output.LayerNorm"},
                                {"layers.{}.feed_forward.in", "encoder.layer.{}.intermediate.dense"},
                                {"layers.{}.feed_forward.out", "encoder.layer.{}.output.dense"},
                                {"layers.{}.feed_forward_norm", "encoder.layer.{}.output.LayerNorm"},
                                {"masked_lm.dense", "cls.predictions.transform.dense"},
                                {"masked_lm.norm", "cls.predictions.transform.LayerNorm"},
                                {"masked_lm.decoder", "cls.predictions.decoder"},
                                {"masked_lm.bias", "cls.predictions.decoder.bias"},
                                {.ours = "masked_lm.bias", .published = "cls.predictions.bias", .outranked = true},
                                {"masked_lm.dense", "lm_predictions.lm_head.dense"},
                                {"masked_lm.norm", "lm_predictions.lm_head.LayerNorm"},
                                {"masked_lm.bias", "lm_predictions.lm_head.bias"},
                                {"masked_lm.position", "embeddings.position_embeddings"},
                                {"detector.norm", "mask_predictions.LayerNorm"},
                                {"detector.dense", "mask_predictions.dense"},
                                {"detector.classifier", "mask_predictions.classifier"},
                                {"features.dense", "pooler.dense"},
                                {"classifier", "classifier"},
                                {"classifier", "qa_outputs"}};
  names.insert(names.end(), attention);
  return {.names = std::move(names),
          .prefixes = {"deberta."},
          // Pre-training leaves its heads, an absolute table that only its decoder reads, and what a discriminator's
          // words have beyond its generator's (they are in the words already).
          .ignorable = {"embeddings.position_ids", "embeddings.position_embeddings.",
                        "embeddings.word_embeddings._weight", "encoder.LayerNorm.", "encoder.rel_embeddings.", "cls.",
                        "lm_predictions.", "mask_predictions.", "pooler.", "classifier.", "qa_outputs."}};
}

}  // namespace detail

inline Config<DebertaSpec> DebertaSpec::config(const JsonObject& json) {
  if (json.boolean("talking_head", false))
    throw UnsupportedError(json.where("talking_head") + ": heads that mix their scores are not supported");
  auto config = detail::read_deberta_config<DebertaSpec>(
      json, {.vocabulary = 50265, .intermediate = 3072, .types = 0, .dropout = 0.1f});
  config.attention.key_bias = Bias::no;
  config.attention.position_key_bias = Bias::no;
  return config;
}

inline HeadOptions DebertaSpec::heads(const JsonObject& json, const Config<DebertaSpec>& config, Head unnamed) {
  static constexpr KnownHead known[] = {
      {"DebertaModel", Head::none},
      {"DebertaForMaskedLM", Head::masked_lm},
      {"DebertaForSequenceClassification", Head::sequence_classification},
      {"DebertaForTokenClassification", Head::token_classification},
      {"DebertaForQuestionAnswering", Head::question_answering},
      {"MaskedLanguageModel", Head::masked_lm},  // these two are microsoft's classes
      {"ReplacedTokenDetectionModel", Head::replaced_token_detection},
  };
  return detail::read_deberta_heads(json, known, config.feed_forward.activation, unnamed);
}

inline void DebertaSpec::read_tensors(const JsonObject& json, const Checkpoint* checkpoint, Config<DebertaSpec>& config,
                                      HeadOptions& options) {
  detail::read_mask_decoder(json, checkpoint, config, options);
}

inline WeightNames DebertaSpec::weight_names(const Config<DebertaSpec>& config) {
  WeightNames names = detail::deberta_names(
      {{"layers.{}.attention.query.weight", "encoder.layer.{}.attention.self.in_proj.weight", Stored::part_by_head, 0,
        3},
       {"layers.{}.attention.key.weight", "encoder.layer.{}.attention.self.in_proj.weight", Stored::part_by_head, 1, 3},
       {"layers.{}.attention.value.weight", "encoder.layer.{}.attention.self.in_proj.weight", Stored::part_by_head, 2,
        3},
       {"layers.{}.attention.query.bias", "encoder.layer.{}.attention.self.q_bias"},
       {"layers.{}.attention.value.bias", "encoder.layer.{}.attention.self.v_bias"},
       {"layers.{}.attention.position_key", "encoder.layer.{}.attention.self.pos_proj"},
       {"layers.{}.attention.position_query", "encoder.layer.{}.attention.self.pos_q_proj"}});
  names.heads = config.shape.heads;
  return names;
}

inline Config<DebertaV2Spec> DebertaV2Spec::config(const JsonObject& json) {
  auto config = detail::read_deberta_config<DebertaV2Spec>(json, {.vocabulary = 128100,
                                                                  .hidden = 1536,
                                                                  .layers = 24,
                                                                  .heads = 24,
                                                                  .intermediate = 6144,
                                                                  .types = 0,
                                                                  .dropout = 0.1f});
  if (json.integer("attention_head_size", config.shape.head_size()) != config.shape.head_size())
    throw UnsupportedError(json.where("attention_head_size") + ": only hidden_size / num_attention_heads is supported");
  config.position.buckets = json.integer("position_buckets", -1, {-largest_size, largest_size});
  if (config.position.buckets > 0 &&
      (config.position.buckets < 4 || config.position.furthest <= config.position.buckets / 2 + 1))
    throw ConfigError(json.where("position_buckets") + ": " + std::to_string(config.position.buckets) +
                      " buckets do not fit max_relative_positions, " + std::to_string(config.position.furthest));
  const std::vector<std::string> norms = detail::names_between_bars(json.text("norm_rel_ebd", "none"));
  config.position.normed = std::find(norms.begin(), norms.end(), "layer_norm") != norms.end();
  config.attention.shared_key = json.boolean("share_att_key", false);
  config.block.width = json.integer("conv_kernel_size", 0, {0, 1024});
  config.block.activation = read_activation(json, "conv_act", "tanh");
  if (config.block.width && config.block.width != 1 && config.block.width != 3 && config.block.width != 5)
    throw UnsupportedError(json.where("conv_kernel_size") + ": " + std::to_string(config.block.width) +
                           " is not supported; there are 1, 3, 5");
  if (config.block.width) config.block.groups = json.integer("conv_groups", 1, {1, largest_size});
  if (config.shape.hidden % config.block.groups != 0)
    throw ConfigError(json.where("conv_groups") + ": " + std::to_string(config.block.groups) +
                      " groups do not divide hidden_size, " + std::to_string(config.shape.hidden));
  return config;
}

inline HeadOptions DebertaV2Spec::heads(const JsonObject& json, const Config<DebertaV2Spec>& config, Head unnamed) {
  static constexpr KnownHead known[] = {
      {"DebertaV2Model", Head::none},
      {"DebertaV2ForMaskedLM", Head::masked_lm},
      {"DebertaV2ForSequenceClassification", Head::sequence_classification},
      {"DebertaV2ForMultipleChoice", Head::multiple_choice},
      {"DebertaV2ForTokenClassification", Head::token_classification},
      {"DebertaV2ForQuestionAnswering", Head::question_answering},
      {"MaskedLanguageModel", Head::masked_lm},
      {"ReplacedTokenDetectionModel", Head::replaced_token_detection},
  };
  return detail::read_deberta_heads(json, known, config.feed_forward.activation, unnamed);
}

inline void DebertaV2Spec::read_tensors(const JsonObject& json, const Checkpoint* checkpoint,
                                        Config<DebertaV2Spec>& config, HeadOptions& options) {
  detail::read_mask_decoder(json, checkpoint, config, options);
}

inline WeightNames DebertaV2Spec::weight_names(const Config<DebertaV2Spec>& config) {
  return detail::deberta_names(
      {{"layers.{}.attention.query", "encoder.layer.{}.attention.self.query_proj"},
       {"layers.{}.attention.key", "encoder.layer.{}.attention.self.key_proj"},
       {"layers.{}.attention.value", "encoder.layer.{}.attention.self.value_proj"},
       {"layers.{}.attention.position_key", "encoder.layer.{}.attention.self.pos_key_proj"},
       {"layers.{}.attention.position_query", "encoder.layer.{}.attention.self.pos_query_proj"},
       {"layers.0.convolution.weight", "encoder.conv.conv.weight", Stored::convolution, 0, config.block.width},
       {"layers.0.convolution.bias", "encoder.conv.conv.bias"},
       {"layers.0.convolution_norm", "encoder.conv.LayerNorm"}});
}

}  // namespace encore
