// SPDX-License-Identifier: Apache-2.0
// The masked language model's head, alone and in the pre-training heads of BERT and ALBERT.
#pragma once

#include <encore/models/head.hpp>
#include <encore/models/sequence_heads.hpp>
#include <encore/models/spec_heads.hpp>

#include <optional>
#include <utility>

namespace encore {

namespace detail {

// The masked language model's logits, [N, C] -> [N, vocabulary].
template <class Spec>
class WordLogits {
  static_assert(has_lm_head<Spec>, "encore: this spec has no masked-language-model head (Spec::LmHead)");

 public:
  WordLogits(Builder root, const Config<Spec>& config, const LmHeadOptions& options, ParameterId words)
      : head_([&] {
          if constexpr (has_lm_head<Spec>)
            return lm_head_t<Spec>(root / "masked_lm", config.shape, options, config.norm, words);
          else
            return AbsentHead{};  // refused above
        }()),
        width_(config.shape.vocabulary) {}

  std::int64_t width() const { return width_; }
  bool reads_before_last() const {
    if constexpr (requires { head_.decodes(); })
      return head_.decodes();
    else
      return false;
  }
  template <class Value>
  Value operator()(auto& ex, const Encoded<Spec, Value>& x, const BatchIndices& in) const {
    if constexpr (requires { head_.decodes(); })
      if (head_.decodes()) return head_(ex, head_.decode(ex, x.encoder, x.before_last, in));
    if constexpr (has_lm_head<Spec>)
      return head_(ex, x.states);
    else
      return x.states;
  }

 private:
  lm_head_t<Spec> head_;
  std::int64_t width_;
};

// The masked language model and a score of sequences: two kinds of logits.
template <class Spec>
class WordAndSequenceLogits {
 public:
  WordAndSequenceLogits(Builder root, const Config<Spec>& config, const LmHeadOptions& lm,
                        const SummaryOptions& summary, std::int64_t outputs, Head head, ParameterId words)
      : sequences_(root, config, summary, outputs, head), words_(root, config, lm, words) {}

  bool reads_before_last() const { return words_.reads_before_last(); }

 protected:
  template <class Outputs, class Value>
  Outputs both(auto& ex, Encoded<Spec, Value> x, const BatchIndices& in) const {
    Value words = words_(ex, x, in);
    x.before_last = {};
    SequenceLogits<Value> sequences = sequences_(ex, std::move(x), in);
    return {std::move(sequences.pooled), std::move(words), std::move(sequences.logits)};
  }

 private:
  SummaryLogits<Spec> sequences_;
  WordLogits<Spec> words_;
};

}  // namespace detail

namespace heads {

// Of every token the word that stands, or stood, there: logits [N, vocabulary].
template <class Spec>
class MaskedLm {
 public:
  static constexpr Head kind = Head::masked_lm;
  static constexpr Rows rows = Rows::tokens;
  using Options = LmHeadOptions;
  static Options of(const HeadOptions& all) { return all.lm; }

  MaskedLm(Builder root, const Config<Spec>& config, const Options& options, ParameterId words)
      : words_(root, config, options, words) {}

  std::int64_t width() const { return words_.width(); }
  bool reads_before_last() const { return words_.reads_before_last(); }
  template <class Value>
  Logits<Rows::tokens, Value> operator()(auto& ex, Encoded<Spec, Value> x, const BatchIndices& in) const {
    return {words_(ex, x, in)};
  }

 private:
  detail::WordLogits<Spec> words_;
};

// BERT's pre-training: masked language model and next sentence.
template <class Spec>
struct PreTraining : detail::WordAndSequenceLogits<Spec> {
  static constexpr Head kind = Head::pretraining;
  // The word head's numbers, and how a sequence becomes the row that its score is told from.
  struct Options {
    LmHeadOptions lm{};
    SummaryOptions summary{};
  };
  static Options of(const HeadOptions& all) { return {all.lm, SummaryOptions::of(all)}; }

  PreTraining(Builder root, const Config<Spec>& config, const Options& options, ParameterId words)
      : detail::WordAndSequenceLogits<Spec>(root, config, options.lm, options.summary, 2, kind, words) {}

  // Both logits by transformers' names, and the pooler's rows where there is a pooler.
  template <class Value>
  struct Outputs {
    std::optional<Value> pooled;    // [sequences, C]
    Value prediction_logits;        // [N, vocabulary]
    Value seq_relationship_logits;  // [sequences, 2]
    void each(auto&& f) const {
      if (pooled) f("pooler_output", Rows::sequences, *pooled);
      f("prediction_logits", Rows::tokens, prediction_logits);
      f("seq_relationship_logits", Rows::sequences, seq_relationship_logits);
    }
  };
  template <class Value>
  Outputs<Value> operator()(auto& ex, Encoded<Spec, Value> x, const BatchIndices& in) const {
    return this->template both<Outputs<Value>>(ex, std::move(x), in);
  }
};

// ALBERT's: masked language model, and whether two segments were swapped.
template <class Spec>
struct SentenceOrder : detail::WordAndSequenceLogits<Spec> {
  static constexpr Head kind = Head::sentence_order;
  // The same, and the number of labels of a sequence.
  struct Options {
    LmHeadOptions lm{};
    SummaryOptions summary{};
    std::int64_t labels = 2;
  };
  static Options of(const HeadOptions& all) { return {all.lm, SummaryOptions::of(all), all.labels}; }

  SentenceOrder(Builder root, const Config<Spec>& config, const Options& options, ParameterId words)
      : detail::WordAndSequenceLogits<Spec>(root, config, options.lm, options.summary, options.labels, kind, words) {}

  // Both logits by transformers' names, and the pooler's rows where there is a pooler.
  template <class Value>
  struct Outputs {
    std::optional<Value> pooled;  // [sequences, C]
    Value prediction_logits;      // [N, vocabulary]
    Value sop_logits;             // [sequences, labels]
    void each(auto&& f) const {
      if (pooled) f("pooler_output", Rows::sequences, *pooled);
      f("prediction_logits", Rows::tokens, prediction_logits);
      f("sop_logits", Rows::sequences, sop_logits);
    }
  };
  template <class Value>
  Outputs<Value> operator()(auto& ex, Encoded<Spec, Value> x, const BatchIndices& in) const {
    return this->template both<Outputs<Value>>(ex, std::move(x), in);
  }
};

}  // namespace heads

}  // namespace encore
