// SPDX-License-Identifier: Apache-2.0
// Sentence vectors: an encoder, pooling, and what a sentence-transformers folder puts behind it. Reimers & Gurevych
// 2019.
#pragma once

#include <encore/exec/infer.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/loaded.hpp>
#include <encore/models/packs.hpp>
#include <encore/models/prepare.hpp>

#include <string>
#include <vector>

namespace encore {

template <class Spec>
class SentenceEncoder {
 public:
  // One step behind the pooling: activation(dense(x)), or x / |x|.
  struct Step {
    std::optional<Linear> dense;
    Activation activation = Activation::identity;
  };

  // Poolings are concatenated. `sentence` holds the folder's modules, if it has any.
  SentenceEncoder(const Config<Spec>& config, std::vector<Pooling> poolings,
                  std::optional<SentenceTransformer> sentence = {})
      : model_(config, HeadOptions{}), poolings_(std::move(poolings)), sentence_(std::move(sentence)) {
    if (poolings_.empty() || poolings_.size() > 3)
      throw ArgumentError("sentence encoder: one to three poolings are needed");
    dimension_ = config.shape.hidden * std::int64_t(poolings_.size());
    if (!sentence_) return;
    for (std::size_t i = 0; i < sentence_->after_pooling.size(); ++i) {
      Step step;
      if (const auto* dense = std::get_if<SentenceTransformer::Dense>(&sentence_->after_pooling[i])) {
        if (dense->in != dimension_)
          throw ConfigError("dense layer " + std::to_string(i) + ": in_features is " + std::to_string(dense->in) +
                            ", the vectors have " + std::to_string(dimension_));
        step.dense.emplace(Builder(*model_.layout()) / "dense" / std::int64_t(i), dense->in, dense->out,
                           dense->bias() ? Bias::yes : Bias::no);
        step.activation = dense->activation;
        dimension_ = dense->out;
      }
      steps_.push_back(step);
    }
  }

  // Folders without modules.json are pooled by the mean, as sentence-transformers does.
  static SentenceEncoder open(const ModelFolder& folder) {
    std::optional<SentenceTransformer> sentence = folder.sentence_transformer();
    std::vector<Pooling> poolings{Pooling::mean};
    if (sentence) {
      poolings.clear();
      for (SentenceTransformer::PoolingMode mode : sentence->pooling.modes)
        poolings.push_back(pooling_of(mode, folder.name()));
      if (sentence->do_lower_case)
        throw UnsupportedError(folder.name() + ": do_lower_case of sentence_bert_config.json is not supported");
    }
    SentenceEncoder encoder(Spec::config(folder.config()), std::move(poolings), std::move(sentence));
    return encoder;
  }

  const EncoderModel<Spec>& model() const { return model_; }
  const std::shared_ptr<ParameterLayout>& layout() const { return model_.layout(); }
  std::int64_t dimension() const { return dimension_; }
  const std::vector<Pooling>& poolings() const { return poolings_; }
  bool normalises() const { return !steps_.empty() && !steps_.back().dense; }
  // Tokens, special ones included, that a text is cut to: the folder's max_seq_length, at most the position table.
  std::int64_t max_tokens() const {
    const std::int64_t positions = model_.config().shape.max_positions;
    return sentence_ && sentence_->max_seq_length ? std::min(positions, *sentence_->max_seq_length) : positions;
  }
  // What sentence-transformers puts before a text unless told otherwise; empty as a rule. Throws UnsupportedError for a
  // prompt whose tokens the pooling is to leave out: vectors would differ from what was trained.
  std::string default_prompt() const {
    if (!sentence_ || !sentence_->default_prompt_name) return {};
    const auto prompt = sentence_->prompts.find(*sentence_->default_prompt_name);
    if (prompt == sentence_->prompts.end() || prompt->second.empty()) return {};
    if (!sentence_->pooling.include_prompt)
      throw UnsupportedError(
          "1_Pooling/config.json: key 'include_prompt': false is not supported together with a prompt");
    return prompt->second;
  }
  const std::optional<SentenceTransformer>& sentence_transformer() const { return sentence_; }

  void check(const ModelFolder& folder, const LoadOptions& options) const {
    check_weights(*layout(), folder.checkpoint(), weight_names(), folder.name(), options);
  }
  template <class B>
  void load(const Context<B>& context, const ModelFolder& folder, Parameters<B>& parameters,
            const LoadOptions& options) const {
    load_weights(context, folder.checkpoint(), weight_names(), folder.name(), parameters, options);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (!steps_[i].dense) continue;
      const auto& dense = std::get<SentenceTransformer::Dense>(sentence_->after_pooling[i]);
      parameters.fill(context, steps_[i].dense->weight, [&](auto rows) { read_as_float(dense.weight(), rows); });
      if (dense.bias())
        parameters.fill(context, steps_[i].dense->bias, [&](auto rows) { read_as_float(*dense.bias(), rows); });
    }
    prepare(context, model_.encoder(), parameters);
  }

  // -> [sequences, dimension]
  auto operator()(auto& ex, const BatchIndices& in) const {
    auto x = model_.encoder()(ex, in);
    auto y = ex.pool(poolings_[0], x);
    if (poolings_.size() == 2) y = ex.concat(y, ex.pool(poolings_[1], x));
    if (poolings_.size() == 3) {
      auto second = ex.pool(poolings_[1], x);
      auto third = ex.pool(poolings_[2], x);
      y = ex.concat(y, second, third);
    }
    for (const Step& step : steps_) {
      if (!step.dense) {
        y = ex.l2_normalise(y);
        continue;
      }
      auto mapped = (*step.dense)(ex, y);
      y = ex.activate(step.activation, mapped);
    }
    return y;
  }

  // Vectors of encodings, in their order: [texts, dimension]. Throws InputError naming the text and the limit.
  template <class B>
  Tensor<float> run(const Context<B>& context, const Parameters<B>& parameters, std::span<const Encoding> encodings,
                    const RunOptions& options = {}) const {
    Tensor<float> vectors(Shape{std::int64_t(encodings.size()), dimension_});
    run(context, parameters, encodings, vectors.matrix(), options);
    return vectors;
  }
  // Into the caller's buffer [texts, dimension]; allocates nothing for a batch no larger than one already run.
  template <class B>
  void run(const Context<B>& context, const Parameters<B>& parameters, std::span<const Encoding> encodings,
           MatrixView<float> vectors, const RunOptions& options = {}) const {
    if (vectors.rows != std::int64_t(encodings.size()) || vectors.cols != dimension_)
      throw ShapeError("sentence encoder: output " + to_string(shape_of(vectors)) + " for " +
                       to_string(Shape{std::int64_t(encodings.size()), dimension_}));
    for_each_pack(context.workspace(), encodings, options, [&](const Batch& batch, std::span<const std::size_t> which) {
      model_.check(batch, which);
      infer(context, parameters, batch.segments(), {}, [&](auto& ex) {
        auto y = (*this)(ex, indices_of(ex, batch));
        const auto rows = ex.view(y);
        if constexpr (std::remove_reference_t<decltype(ex)>::computing)
          for (std::size_t i = 0; i < which.size(); ++i)
            std::copy_n(rows.row(std::int64_t(i)), dimension_, vectors.row(std::int64_t(which[i])));
      });
    });
  }

 private:
  WeightNames weight_names() const {
    WeightNames names = Spec::weight_names(model_.config());
    names.elsewhere.push_back("dense.");
    return names;
  }
  static Pooling pooling_of(SentenceTransformer::PoolingMode mode, const std::string& folder) {
    switch (mode) {
      case SentenceTransformer::PoolingMode::cls: return Pooling::first;
      case SentenceTransformer::PoolingMode::mean: return Pooling::mean;
      case SentenceTransformer::PoolingMode::max: return Pooling::max;
      case SentenceTransformer::PoolingMode::last_token: return Pooling::last;
      default:
        throw UnsupportedError(
            folder +
            ": the pooling mode of 1_Pooling/config.json is not supported; there are cls, mean, max, lasttoken");
    }
  }

  EncoderModel<Spec> model_;
  std::vector<Pooling> poolings_;
  std::optional<SentenceTransformer> sentence_;
  std::vector<Step> steps_;
  std::int64_t dimension_ = 0;
};

}  // namespace encore
