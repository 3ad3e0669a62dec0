// SPDX-License-Identifier: Apache-2.0
// Sentence vectors: an encoder, pooling, and what a sentence-transformers folder puts behind it. Reimers & Gurevych
// 2019.
#pragma once

#include <encore/core/encode_options.hpp>
#include <encore/exec/infer.hpp>
#include <encore/fwd.hpp>
#include <encore/layers/norm.hpp>
#include <encore/layers/pooling.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/loaded.hpp>
#include <encore/models/packs.hpp>
#include <encore/models/prepare.hpp>
#include <encore/models/text_limit.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace encore {

// Pool: a pooling policy (layers/pooling.hpp), of the library or the user's own.
template <class Spec, class Pool>
class SentenceEncoder {
 public:
  // One step behind the pooling: activation(dense(x)), norm(x), or x / |x|.
  struct Step {
    std::optional<Linear> dense;
    Activation activation = Activation::identity;
    std::optional<LayerNorm> norm;
  };

  // `sentence` holds a folder's modules, if it has any. Throws ArgumentError for numbers a policy cannot take.
  explicit SentenceEncoder(const Config<Spec>& config, const options_t<Pool>& pooling = {},
                           std::optional<SentenceTransformer> sentence = {})
      : model_(config),
        pool_(construct<Pool>(model_.root() / "pooling", config.shape, pooling)),
        sentence_(std::move(sentence)),
        max_tokens_(config.shape.max_positions),
        dimension_(pool_.width()) {
    if (!sentence_) return;
    for (std::size_t i = 0; i < sentence_->after_pooling.size(); ++i) {
      const Builder b = Builder(*model_.layout()) / "modules" / std::int64_t(i);
      Step step;
      if (const auto* dense = std::get_if<SentenceTransformer::Dense>(&sentence_->after_pooling[i])) {
        if (dense->in != dimension_)
          throw ConfigError("dense layer " + std::to_string(i) + ": in_features is " + std::to_string(dense->in) +
                            ", the vectors have " + std::to_string(dimension_));
        step.dense.emplace(b, dense->in, dense->out, dense->bias() ? Bias::yes : Bias::no);
        step.activation = dense->activation;
        dimension_ = dense->out;
      } else if (const auto* norm = std::get_if<SentenceTransformer::LayerNorm>(&sentence_->after_pooling[i])) {
        if (norm->weight().elements() != dimension_)
          throw ConfigError("layer norm " + std::to_string(i) + ": has " + std::to_string(norm->weight().elements()) +
                            " weights, the vectors have " + std::to_string(dimension_));
        step.norm.emplace(b, dimension_, LayerNorm::Options{.eps = 1e-5});
      }
      steps_.push_back(step);
    }
    truncates_ = sentence_->truncate_dim && *sentence_->truncate_dim < dimension_;
    if (truncates_) dimension_ = *sentence_->truncate_dim;
  }

  // Folders without modules.json are pooled by the mean, as sentence-transformers does.
  // Another policy than Poolings is pooled by itself, whatever the folder says of that.
  static SentenceEncoder open(const ModelFolder& folder) {
    options_t<Pool> pooling{};
    if constexpr (std::is_same_v<Pool, Poolings>)
      if (const std::optional<SentenceTransformer> sentence = folder.sentence_transformer()) {
        pooling.modes.clear();
        for (SentenceTransformer::PoolingMode mode : sentence->pooling.modes) pooling.modes.push_back(pooling_of(mode));
      }
    return open(folder, pooling);
  }
  static SentenceEncoder open(const ModelFolder& folder, const options_t<Pool>& pooling) {
    SentenceEncoder encoder(Spec::config(folder.config()), pooling, folder.sentence_transformer());
    encoder.max_tokens_ =
        text_limit(folder, encoder.model_.config().shape, encoder.model_.position_limit(), LimitRule::sentence);
    return encoder;
  }

  // The encoder under the pooling, and the names and shapes of all parameters.
  const EncoderModel<Spec>& model() const { return model_; }
  const std::shared_ptr<ParameterLayout>& layout() const { return model_.layout(); }
  // Columns of the vectors.
  std::int64_t dimension() const { return dimension_; }
  // How tokens become one row, and whether the vectors have length 1.
  const Pool& pooling() const { return pool_; }
  bool normalises() const { return !steps_.empty() && !steps_.back().dense && !steps_.back().norm && !truncates_; }
  // How texts are tokenised for it (Loaded::encode).
  EncodeOptions encode_options() const { return {.max_length = max_tokens_, .prompt = default_prompt()}; }
  // Tokens, special ones included, that a text is cut to: text_limit() of the folder, else the shape's max_positions.
  std::int64_t max_tokens() const { return max_tokens_; }
  // What sentence-transformers puts before a text unless told otherwise (EncodeOptions::prompt); empty as a rule.
  std::string_view default_prompt() const { return sentence_ ? sentence_->prompts.default_text() : std::string_view(); }
  // Whether pooling leaves out the prompt's tokens and the special ones before them (Encoding::prompt_tokens).
  bool leaves_out_prompts() const { return sentence_ && !sentence_->pooling.include_prompt; }
  // The folder's modules.json and what it names; nothing where the folder has none.
  const std::optional<SentenceTransformer>& sentence_transformer() const { return sentence_; }

  // Whether the folder's tensors fill the layout. Throws WeightsError as check_weights() does.
  void check(const ModelFolder& folder, const LoadOptions& options) const {
    check_weights(*layout(), folder.checkpoint(), weight_names(), folder.name(), options);
  }
  // Fills the store from the folder: the encoder, and the modules behind the pooling. Throws WeightsError,
  // UnsupportedError, FileError.
  template <class B>
  void load(Context<B>& context, const ModelFolder& folder, Parameters<B>& parameters,
            const LoadOptions& options) const {
    load_weights(context, folder.checkpoint(), weight_names(), folder.name(), parameters, options);
    const auto fill = [&](ParameterId id, const TensorEntry& tensor) {
      parameters.fill(context, id, [&](auto rows) { read_as_float(tensor, rows); });
    };
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].dense) {
        const auto& dense = std::get<SentenceTransformer::Dense>(sentence_->after_pooling[i]);
        fill(steps_[i].dense->weight, dense.weight());
        if (dense.bias()) fill(steps_[i].dense->bias, *dense.bias());
      } else if (steps_[i].norm) {
        const auto& norm = std::get<SentenceTransformer::LayerNorm>(sentence_->after_pooling[i]);
        fill(steps_[i].norm->op.gain, norm.weight());
        fill(steps_[i].norm->op.bias, norm.bias());
      }
    }
    prepare(context, model_.encoder(), parameters);
  }

  // -> [sequences, dimension]. With `firsts`, a row of each sequence, pooling begins there.
  auto operator()(auto& ex, const BatchIndices& in, Indices firsts = {}) const {
    auto x = model_.encoder()(ex, in);
    auto y = pool_(ex, x, firsts);
    for (const Step& step : steps_) {
      if (step.dense) {
        auto mapped = (*step.dense)(ex, y);
        y = ex.activate(step.activation, mapped);
      } else {
        y = step.norm ? (*step.norm)(ex, y) : ex.l2_normalise(y);
      }
    }
    return truncates_ ? ex.columns(y, 0, dimension_) : y;
  }

  // Of two backends: says so.
  template <class A, class B>
    requires(!std::is_same_v<A, B>)
  Tensor<float> run(Context<A>&, const Parameters<B>&, std::span<const Encoding>, const RunOptions& = {}) const {
    detail::require_one_backend<A, B>();
    return {};
  }
  // Vectors of encodings, in their order: [texts, dimension]. Throws InputError naming the text and the limit.
  template <class B>
  Tensor<float> run(Context<B>& context, const Parameters<B>& parameters, std::span<const Encoding> encodings,
                    const RunOptions& options = {}) const {
    Tensor<float> vectors(Shape{std::int64_t(encodings.size()), dimension_});
    run(context, parameters, encodings, vectors.matrix(), options);
    return vectors;
  }
  // Into the caller's buffer [texts, dimension]; allocates nothing for a batch no larger than one already run.
  template <class B>
  void run(Context<B>& context, const Parameters<B>& parameters, std::span<const Encoding> encodings,
           MatrixView<float> vectors, const RunOptions& options = {}) const {
    if (vectors.rows != std::int64_t(encodings.size()) || vectors.cols != dimension_)
      throw ShapeError("sentence encoder: output " + to_string(shape_of(vectors)) + " for " +
                       to_string(Shape{std::int64_t(encodings.size()), dimension_}));
    for_each_pack(context.workspace(), encodings, options, [&](const Batch& batch, std::span<const std::size_t> which) {
      model_.check(batch, which);
      if (leaves_out_prompts()) check_prompts(batch, which);
      infer(context, parameters, batch.segments(), {}, [&](auto& ex) {
        auto y = (*this)(ex, indices_of(ex, batch), leaves_out_prompts() ? ex.indices(batch.text_rows()) : Indices{});
        const auto rows = ex.view(y);
        if constexpr (std::remove_reference_t<decltype(ex)>::computing)
          for (std::size_t i = 0; i < which.size(); ++i)
            std::copy_n(rows.row(std::int64_t(i)), dimension_, vectors.row(std::int64_t(which[i])));
      });
    });
  }

 private:
  static void check_prompts(const Batch& batch, std::span<const std::size_t> which) {
    const Segments& segments = batch.segments();
    for (std::int64_t s = 0; s < segments.count(); ++s)
      if (const std::int64_t row = batch.text_rows()[std::size_t(s)]; row >= segments.end(s))
        throw InputError("text " + std::to_string(which[std::size_t(s)]) + ": its prompt takes " +
                         std::to_string(row - segments.begin(s)) + " of " + std::to_string(segments.length(s)) +
                         " tokens and leaves none to pool");
  }
  WeightNames weight_names() const {
    WeightNames names = Spec::weight_names(model_.config());
    names.elsewhere.push_back("modules.");
    return names;
  }
  static Pooling pooling_of(SentenceTransformer::PoolingMode mode) {
    switch (mode) {
      case SentenceTransformer::PoolingMode::cls: return Pooling::first;
      case SentenceTransformer::PoolingMode::max: return Pooling::max;
      case SentenceTransformer::PoolingMode::mean: return Pooling::mean;
      case SentenceTransformer::PoolingMode::mean_sqrt_len: return Pooling::mean_sqrt;
      case SentenceTransformer::PoolingMode::weighted_mean: return Pooling::weighted_mean;
      case SentenceTransformer::PoolingMode::last_token: return Pooling::last;
    }
    return Pooling::mean;
  }

  EncoderModel<Spec> model_;
  Pool pool_;
  std::optional<SentenceTransformer> sentence_;
  std::vector<Step> steps_;
  std::int64_t max_tokens_;
  std::int64_t dimension_;
  bool truncates_ = false;  // the last numbers of a vector are left out
};

}  // namespace encore
