// SPDX-License-Identifier: Apache-2.0
// An encoder with the heads a checkpoint has: one description for every task, assembled from a spec.
#pragma once

#include <encore/core/batch.hpp>
#include <encore/layers/encoder.hpp>
#include <encore/layers/heads.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace encore {

// What stands on the encoder.
enum class Head : std::uint8_t {
  none,
  masked_lm,                 // logits [N, vocabulary]
  pretraining,               // masked_lm and next_sentence
  next_sentence,             // logits [sequences, 2]
  sequence_classification,   // logits [sequences, labels]
  multiple_choice,           // logits [sequences, 1]
  token_classification,      // logits [N, labels]
  question_answering,        // logits [N, 2]: start and end
  replaced_token_detection,  // logits [N]: positive where a token was replaced
  sentence_order,            // masked_lm, and logits [sequences, labels]: whether two segments were swapped
};

constexpr std::string_view name_of(Head head) {
  switch (head) {
    case Head::none: return "none";
    case Head::masked_lm: return "masked language model";
    case Head::pretraining: return "pre-training (masked language model and next sentence)";
    case Head::next_sentence: return "next sentence";
    case Head::sequence_classification: return "sequence classification";
    case Head::multiple_choice: return "multiple choice";
    case Head::token_classification: return "token classification";
    case Head::question_answering: return "question answering";
    case Head::replaced_token_detection: return "replaced token detection";
    case Head::sentence_order: return "pre-training (masked language model and sentence order)";
  }
  return "?";
}

// Whether a head's logits of tokens are one number each: they have no second axis then, [N].
constexpr bool gives_numbers(Head head) { return head == Head::replaced_token_detection; }

// Whether a head's logits belong to sequences.
constexpr bool reads_sequences(Head head) {
  return head == Head::pretraining || head == Head::sentence_order || head == Head::next_sentence ||
         head == Head::sequence_classification || head == Head::multiple_choice;
}

// Numbers of the heads.
struct HeadOptions {
  Head head = Head::none;
  bool pooler = false;
  bool pooler_dense = true;  // false: the pooler has no weights
  std::int64_t labels = 2;
  LmHeadOptions lm{};
  FeatureOptions features{};         // before the classifier; for sequences in the pooler's place
  Pooling pooling = Pooling::first;  // of the features of sequences
};

// Whether a head has the masked language model's logits.
constexpr bool predicts_words(Head head) {
  return head == Head::masked_lm || head == Head::pretraining || head == Head::sentence_order;
}

// Whether the rows of an output belong to tokens or to sequences.
enum class Rows : std::uint8_t { tokens, sequences };

namespace detail {
template <class Spec>
using pooler_member = typename Spec::Pooler;
template <class Spec>
using lm_head_member = typename Spec::template LmHead<typename Spec::Norm>;
template <class Spec>
using detector_member = typename Spec::template Detector<typename Spec::Norm>;
}  // namespace detail

// The heads a spec brings.
template <class Spec>
using pooler_t = detected_or_t<AbsentHead, detail::pooler_member, Spec>;
template <class Spec>
using lm_head_t = detected_or_t<AbsentHead, detail::lm_head_member, Spec>;
template <class Spec>
using detector_t = detected_or_t<AbsentHead, detail::detector_member, Spec>;

template <class Spec>
inline constexpr bool has_pooler = !std::is_same_v<pooler_t<Spec>, AbsentHead>;
template <class Spec>
inline constexpr bool has_lm_head = !std::is_same_v<lm_head_t<Spec>, AbsentHead>;
// Whether Head::replaced_token_detection is a head of the spec's own, not a classifier of features.
template <class Spec>
inline constexpr bool has_detector = !std::is_same_v<detector_t<Spec>, AbsentHead>;

// Whether classifiers of sequences read features of their own (HeadOptions::features) instead of a pooler.
template <class Spec>
inline constexpr bool classifies_by_features = [] {
  if constexpr (requires { Spec::classifies_by_features; })
    return Spec::classifies_by_features;
  else
    return false;
}();

template <class Spec>
class EncoderModel {
 public:
  // Throws ArgumentError for numbers a policy cannot take, UnsupportedError for a head the spec lacks.
  EncoderModel(const Config<Spec>& config, const HeadOptions& options)
      : config_(config),
        options_(options),
        layout_(std::make_shared<ParameterLayout>()),
        encoder_(Builder(*layout_), config) {
    const Builder root(*layout_);
    const bool lm = options.head == Head::masked_lm || second_logits();
    if (options.pooler) {
      if constexpr (has_pooler<Spec>)
        pooler_ = construct<pooler_t<Spec>>(root / "pooler", config_.shape, options_);
      else
        throw UnsupportedError("this architecture has no pooler");
    }
    if (lm) {
      if constexpr (has_lm_head<Spec>)
        lm_head_.emplace(root / "masked_lm", config.shape, options.lm, config.norm, encoder_.embedding.word);
      else
        throw UnsupportedError("this architecture has no masked-language-model head");
    }
    if constexpr (has_detector<Spec>)
      if (options.head == Head::replaced_token_detection)
        detector_.emplace(root / "detector", config.shape, options.features.activation, config.norm);
    if (outputs()) {
      if (reads_pooler() && !options.pooler)
        throw UnsupportedError(std::string(name_of(options.head)) + " needs a pooler");
      if (options.features.present) features_.emplace(root / "features", config.shape, options.features, config.norm);
      classifier_.emplace(root / "classifier", config.shape.hidden, outputs());
    }
  }

  const Config<Spec>& config() const { return config_; }
  const HeadOptions& heads() const { return options_; }
  const std::shared_ptr<ParameterLayout>& layout() const { return layout_; }
  const Encoder<Spec>& encoder() const { return encoder_; }
  // Tokens that a text may have: what the tables of positions are for. Nothing where positions are computed and a text
  // may be of any length; the shape's max_positions is then no more than what config.json says of the training.
  std::optional<std::int64_t> position_limit() const {
    return encoder_.endless() && !decodes() ? std::nullopt : std::optional(config_.shape.max_positions);
  }

  // Calls emit(name, rows, value) for each output: last_hidden_state, pooler_output, logits (prediction_logits and
  // seq_relationship_logits for Head::pretraining, sop_logits for Head::sentence_order).
  void operator()(auto& ex, const BatchIndices& in, auto&& emit) const {
    decltype(encoder_(ex, in)) decoded;  // for the masked-language-model head, where it is not x
    auto x = encoder_(ex, in, [&](const auto& rows) {
      if (decodes()) decoded = rows;
    });
    emit("last_hidden_state", Rows::tokens, x);
    auto pooled = x;
    if constexpr (has_pooler<Spec>) {
      if (pooler_) {
        pooled = (*pooler_)(ex, x, in);
        emit("pooler_output", Rows::sequences, pooled);
      }
    }
    if constexpr (has_lm_head<Spec>) {
      if (lm_head_) {
        if constexpr (requires { lm_head_->decodes(); })
          if (decodes()) decoded = lm_head_->decode(ex, encoder_, decoded, in);
        auto logits = (*lm_head_)(ex, decodes() ? decoded : x);
        decoded = {};
        emit(second_logits() ? "prediction_logits" : "logits", Rows::tokens, logits);
      }
    }
    if constexpr (has_detector<Spec>)
      if (detector_) emit("logits", Rows::tokens, (*detector_)(ex, x, in));
    if (classifier_) {
      const bool sequences = reads_sequences(options_.head);
      if (!sequences)
        pooled = x;
      else if (features_)
        pooled = options_.pooling == Pooling::first ? ex.gather_rows(x, in.first_rows) : ex.pool(options_.pooling, x);
      x = {};
      if (features_) pooled = (*features_)(ex, pooled);
      auto logits = (*classifier_)(ex, pooled);
      emit(second_logits() ? second_logits() : "logits", sequences ? Rows::sequences : Rows::tokens, logits);
    }
  }

  // The id that positions leave out, and that may therefore come beyond the limit (LearnedPosition).
  std::optional<std::int32_t> uncounted_id() const { return encore::uncounted_id(encoder_.position); }

  // Throws InputError naming the sequence and the limit for ids outside the tables and sequences beyond the positions.
  // `texts` numbers the sequences as the caller does, where that is not their order in the batch.
  void check(const Batch& batch, std::span<const std::size_t> texts = {}) const {
    const ModelShape& shape = config_.shape;
    const std::optional<std::int64_t> limit = position_limit();
    const Segments& segments = batch.segments();
    for (std::int64_t s = 0; s < segments.count(); ++s) {
      auto where = [&, s] {
        return texts.empty() ? "sequence " + std::to_string(s) + ": "
                             : "text " + std::to_string(texts[std::size_t(s)]) + ": ";
      };
      if (limit && segments.length(s) > *limit) {
        const auto ids = batch.ids().subspan(std::size_t(segments.begin(s)), std::size_t(segments.length(s)));
        const std::optional<std::int32_t> padding = uncounted_id();
        const std::int64_t counted =
            segments.length(s) - (padding ? std::count(ids.begin(), ids.end(), *padding) : std::int64_t{0});
        if (counted > *limit)
          throw InputError(where() + std::to_string(counted) + " tokens, the model takes at most " +
                           std::to_string(*limit));
      }
      for (std::int64_t n = segments.begin(s); n < segments.end(s); ++n) {
        const std::int32_t id = batch.ids()[std::size_t(n)];
        const std::int32_t type = batch.type_ids()[std::size_t(n)];
        if (id < 0 || id >= shape.vocabulary)
          throw InputError(where() + "token id " + std::to_string(id) + " is not in 0.." +
                           std::to_string(shape.vocabulary - 1));
        if (shape.types && (type < 0 || type >= shape.types))
          throw InputError(where() + "token type " + std::to_string(type) + " is not in 0.." +
                           std::to_string(shape.types - 1));
      }
    }
  }

 private:
  // Whether the masked-language-model head runs the last block again (EnhancedMaskDecoder).
  bool decodes() const {
    if constexpr (has_lm_head<Spec>)
      if constexpr (requires { lm_head_->decodes(); }) return lm_head_ && lm_head_->decodes();
    return false;
  }
  bool reads_pooler() const { return reads_sequences(options_.head) && !options_.features.present; }
  // The name of what a pre-training head gives beside the masked language model; null for other heads.
  const char* second_logits() const {
    if (options_.head == Head::pretraining) return "seq_relationship_logits";
    return options_.head == Head::sentence_order ? "sop_logits" : nullptr;
  }
  // Of the linear head; 0: there is none.
  std::int64_t outputs() const {
    switch (options_.head) {
      case Head::none:
      case Head::masked_lm: return 0;
      case Head::pretraining:
      case Head::next_sentence:
      case Head::question_answering: return 2;
      case Head::replaced_token_detection: return has_detector<Spec> ? 0 : 1;
      case Head::multiple_choice: return 1;
      case Head::sentence_order:
      case Head::sequence_classification:
      case Head::token_classification: return options_.labels;
    }
    return 0;
  }

  Config<Spec> config_;
  HeadOptions options_;
  std::shared_ptr<ParameterLayout> layout_;
  Encoder<Spec> encoder_;
  std::optional<pooler_t<Spec>> pooler_;
  std::optional<lm_head_t<Spec>> lm_head_;
  std::optional<detector_t<Spec>> detector_;
  std::optional<ClassifierFeatures<typename Spec::Norm>> features_;
  std::optional<Linear> classifier_;
};

// The batch's indices, uploaded where the backend needs them.
template <class Ex>
BatchIndices indices_of(Ex& ex, const Batch& batch) {
  return {ex.indices(batch.ids()), ex.indices(batch.type_ids()), ex.indices(batch.positions()),
          ex.indices(batch.first_rows()), batch.sequence_firsts()};
}

}  // namespace encore
