// SPDX-License-Identifier: Apache-2.0
// Heads whose logits are of tokens: a linear map, behind features where the architecture has them.
#pragma once

#include <encore/models/head.hpp>
#include <encore/models/spec_heads.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace encore {

namespace detail {

// Logits of tokens, [N, C] -> [N, outputs].
template <class Spec>
class TokenLogits {
 public:
  static constexpr Rows rows = Rows::tokens;

  TokenLogits(Builder root, const Config<Spec>& config, const FeatureOptions& options, std::int64_t outputs)
      : width_(outputs), classifier_(classifier(root, config, options, outputs)) {}

  std::int64_t width() const { return width_; }
  template <class Value>
  Logits<Rows::tokens, Value> operator()(auto& ex, Encoded<Spec, Value> x, const BatchIndices&) const {
    if (features_) x.states = (*features_)(ex, x.states);
    return {classifier_(ex, x.states)};
  }

 private:
  Linear classifier(Builder root, const Config<Spec>& config, const FeatureOptions& options, std::int64_t outputs) {
    if (options.present) features_.emplace(root / "features", config.shape, options, config.norm);
    return Linear(root / "classifier", config.shape.hidden, outputs);
  }

  std::optional<ClassifierFeatures<typename Spec::Norm>> features_;
  std::int64_t width_;
  Linear classifier_;
};

}  // namespace detail

namespace heads {

// A label of every token: logits [N, labels].
template <class Spec>
struct TokenClassification : detail::TokenLogits<Spec> {
  static constexpr Head kind = Head::token_classification;
  // The number of labels, and the features before the classifier where the architecture has them.
  struct Options {
    std::int64_t labels = 2;
    FeatureOptions features{};
  };
  static Options of(const HeadOptions& all) { return {all.labels, all.features}; }

  TokenClassification(Builder root, const Config<Spec>& config, const Options& options, ParameterId)
      : detail::TokenLogits<Spec>(root, config, options.features, options.labels) {}
};

// Where the answer begins and ends: logits [N, 2].
template <class Spec>
struct QuestionAnswering : detail::TokenLogits<Spec> {
  static constexpr Head kind = Head::question_answering;
  using Options = FeatureOptions;
  static Options of(const HeadOptions& all) { return all.features; }

  QuestionAnswering(Builder root, const Config<Spec>& config, const Options& options, ParameterId)
      : detail::TokenLogits<Spec>(root, config, options, 2) {}
};

// Which tokens were replaced: logits [N, 1]. By the spec's detector where it has one, else by features.
template <class Spec>
class ReplacedTokenDetection {
 public:
  static constexpr Head kind = Head::replaced_token_detection;
  static constexpr Rows rows = Rows::tokens;
  using Options = FeatureOptions;
  static Options of(const HeadOptions& all) { return all.features; }

  ReplacedTokenDetection(Builder root, const Config<Spec>& config, const Options& options, ParameterId)
      : head_([&] {
          if constexpr (has_detector<Spec>)
            return detector_t<Spec>(root / "detector", config.shape, options.activation, config.norm);
          else
            return detail::TokenLogits<Spec>(root, config, options, 1);
        }()) {}

  std::int64_t width() const { return 1; }
  template <class Value>
  Logits<Rows::tokens, Value> operator()(auto& ex, Encoded<Spec, Value> x, const BatchIndices& in) const {
    if constexpr (has_detector<Spec>)
      return {head_(ex, x.states, in)};
    else
      return head_(ex, std::move(x), in);
  }

 private:
  std::conditional_t<has_detector<Spec>, detector_t<Spec>, detail::TokenLogits<Spec>> head_;
};

}  // namespace heads

}  // namespace encore
