// SPDX-License-Identifier: Apache-2.0
// Heads whose logits are of sequences: a linear map of one row of each, the pooler's or features of a pooled one.
#pragma once

#include <encore/models/head.hpp>
#include <encore/models/spec_heads.hpp>

#include <optional>
#include <string>

namespace encore {

// How one row is made of a sequence: the spec's pooler or, in its place, features of a pooled row.
struct SummaryOptions {
  FeatureOptions features{};
  Pooling pooling = Pooling::first;  // under the features
  bool pooler_dense = true;          // false: the pooler has no weights

  static SummaryOptions of(const HeadOptions& all) { return {all.features, all.pooling, all.pooler_dense}; }
};

namespace detail {

// Logits of sequences, [N, C] -> [sequences, outputs].
template <class Spec>
class SummaryLogits {
  static_assert(summarises<Spec>, "encore: this head reads a pooler, and the spec has none (Spec::Pooler)");

 public:
  static constexpr Rows rows = Rows::sequences;

  // Throws UnsupportedError for a spec without a pooler where there are no features.
  SummaryLogits(Builder root, const Config<Spec>& config, const SummaryOptions& options, std::int64_t outputs,
                Head head)
      : pooling_(options.pooling), width_(outputs), classifier_(classifier(root, config, options, outputs, head)) {}

  std::int64_t width() const { return width_; }
  template <class Value>
  SequenceLogits<Value> operator()(auto& ex, Encoded<Spec, Value> x, const BatchIndices& in) const {
    if constexpr (has_pooler<Spec>)
      if (pooler_) {
        Value pooled = (*pooler_)(ex, x.states, in);
        x.states = {};
        return {pooled, classifier_(ex, pooled)};
      }
    Value row = pooling_ == Pooling::first ? ex.gather_rows(x.states, in.first_rows) : ex.pool(pooling_, x.states);
    x.states = {};
    row = (*features_)(ex, row);
    return {{}, classifier_(ex, row)};
  }

 private:
  // After what it reads, which comes before it in the layout.
  Linear classifier(Builder root, const Config<Spec>& config, const SummaryOptions& options, std::int64_t outputs,
                    Head head) {
    if (options.features.present)
      features_.emplace(root / "features", config.shape, options.features, config.norm);
    else if constexpr (has_pooler<Spec>)
      pooler_ = construct<pooler_t<Spec>>(root / "pooler", config.shape, PoolerOptions{options.pooler_dense});
    else
      throw UnsupportedError(std::string(name_of(head)) + " needs a pooler");
    return Linear(root / "classifier", config.shape.hidden, outputs);
  }

  std::optional<pooler_t<Spec>> pooler_;
  std::optional<ClassifierFeatures<typename Spec::Norm>> features_;
  Pooling pooling_;
  std::int64_t width_;
  Linear classifier_;
};

}  // namespace detail

namespace heads {

// A label of every sequence: logits [sequences, labels].
template <class Spec>
struct SequenceClassification : detail::SummaryLogits<Spec> {
  static constexpr Head kind = Head::sequence_classification;
  // The number of labels, and how a sequence becomes the row that they are told from.
  struct Options {
    std::int64_t labels = 2;
    SummaryOptions summary{};
  };
  static Options of(const HeadOptions& all) { return {all.labels, SummaryOptions::of(all)}; }

  SequenceClassification(Builder root, const Config<Spec>& config, const Options& options, ParameterId)
      : detail::SummaryLogits<Spec>(root, config, options.summary, options.labels, kind) {}
};

// Heads of sequences whose outputs no file counts.
template <class Spec, Head head, std::int64_t outputs>
struct SequenceScore : detail::SummaryLogits<Spec> {
  static constexpr Head kind = head;
  using Options = SummaryOptions;
  static Options of(const HeadOptions& all) { return SummaryOptions::of(all); }

  SequenceScore(Builder root, const Config<Spec>& config, const Options& options, ParameterId)
      : detail::SummaryLogits<Spec>(root, config, options, outputs, kind) {}
};

// Whether the second segment follows the first: logits [sequences, 2], it does and it does not.
template <class Spec>
using NextSentence = SequenceScore<Spec, Head::next_sentence, 2>;
// One score of every choice: logits [sequences, 1].
template <class Spec>
using MultipleChoice = SequenceScore<Spec, Head::multiple_choice, 1>;

}  // namespace heads

}  // namespace encore
