// SPDX-License-Identifier: Apache-2.0
// The bodies of any_encoder.hpp for one spec and backend: make_any_encoder and make_any_sentence_encoder, instantiated in
// src/models/*.cpp, and the choice among them.
#pragma once

#include <encore/exec/infer.hpp>
#include <encore/models/any_encoder.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/open_encoder.hpp>
#include <encore/models/policy_names.hpp>
#include <encore/models/sentence_encoder.hpp>

namespace encore {

namespace detail {

template <class Spec, class B>
class SpecEncoder final : public AnyEncoder<B> {
 public:
  using Scalar = scalar_t<B>;
  using typename AnyEncoder<B>::Emit;

  SpecEncoder(CheckpointModel<Spec> model, std::optional<Parameters<B>> parameters)
      : model_(std::move(model)), parameters_(std::move(parameters)) {}

  ArchitectureDescription describe() const override { return encore::describe<Spec>(model_.config()); }
  const ModelShape& shape() const override { return model_.config().shape; }
  std::optional<std::int64_t> position_limit() const override { return model_.model().position_limit(); }
  std::optional<std::int32_t> uncounted_id() const override { return model_.model().uncounted_id(); }
  const HeadOptions& heads() const override { return model_.heads(); }
  const ParameterLayout& layout() const override { return *model_.layout(); }

  void run(Context<B>& context, const Batch& batch, const Emit& emit, TapFunction<Scalar> tap,
           std::span<const std::size_t> texts) const override {
    if (!parameters_) throw ArgumentError("this encoder was opened without weights");
    model_.model().check(batch, texts);
    infer(context, *parameters_, batch.segments(), tap, [&](auto& ex) {
      model_(ex, indices_of(ex, batch), [&](std::string_view name, Rows rows, const auto& value) {
        const auto view = ex.view(value);
        if constexpr (std::remove_reference_t<decltype(ex)>::computing) emit(name, rows, view);
      });
    });
  }
  ForwardCost count(Context<B>& context, const Batch& batch) const override {
    Count<B> count(context, *model_.layout(), batch.segments(), true);
    model_(count, indices_of(count, batch), [&](std::string_view, Rows, const auto& value) { count.view(value); });
    return {count.flops(), count.peak_bytes()};
  }

 private:
  CheckpointModel<Spec> model_;
  std::optional<Parameters<B>> parameters_;
};

template <class Spec, class B>
class SpecSentenceEncoder final : public AnySentenceEncoder<B> {
 public:
  SpecSentenceEncoder(SentenceEncoder<Spec> task, std::optional<Parameters<B>> parameters)
      : task_(std::move(task)), parameters_(std::move(parameters)) {}

  const ModelShape& shape() const override { return task_.model().config().shape; }
  std::optional<std::int64_t> position_limit() const override { return task_.model().position_limit(); }
  std::int64_t dimension() const override { return task_.dimension(); }
  std::int64_t max_tokens() const override { return task_.max_tokens(); }
  const std::vector<Pooling>& poolings() const override { return task_.pooling().modes; }
  bool normalises() const override { return task_.normalises(); }
  const std::optional<SentenceTransformer>& sentence_transformer() const override {
    return task_.sentence_transformer();
  }
  void run(Context<B>& context, std::span<const Encoding> encodings, MatrixView<float> vectors,
           const RunOptions& options) const override {
    if (!parameters_) throw ArgumentError("this encoder was opened without weights");
    task_.run(context, *parameters_, encodings, vectors, options);
  }

 private:
  SentenceEncoder<Spec> task_;
  std::optional<Parameters<B>> parameters_;
};

}  // namespace detail

// The encoder of one spec behind the interface.
template <class Spec, class B>
std::unique_ptr<AnyEncoder<B>> make_any_encoder(Context<B>& context, const ModelFolder& folder,
                                                const AnyEncoderOptions& options) {
  const JsonObject json = folder.config();
  const bool has_weights = folder.has("model.safetensors") || folder.has("model.safetensors.index.json");
  std::optional<Checkpoint> checkpoint;
  if (options.weights == WeightsFrom::checkpoint || (options.weights == WeightsFrom::nowhere && has_weights))
    checkpoint = folder.checkpoint();
  CheckpointModel<Spec> model = options.heads
                                    ? open_encoder<Spec>(json, checkpoint ? &*checkpoint : nullptr, options.unnamed)
                                    : CheckpointModel<Spec>(Spec::config(json), HeadOptions{});
  std::optional<Parameters<B>> parameters;
  if (options.weights == WeightsFrom::checkpoint)
    parameters = load_parameters(context, model, *checkpoint, folder.name());
  if (options.weights == WeightsFrom::random) {
    parameters = initialise(context, model, {.seed = 1, .kind = StoreKind::inference});
    prepare(context, model.model().encoder(), *parameters);
  }
  return std::make_unique<detail::SpecEncoder<Spec, B>>(std::move(model), std::move(parameters));
}

template <class Spec, class B>
std::unique_ptr<AnySentenceEncoder<B>> make_any_sentence_encoder(Context<B>& context, const ModelFolder& folder,
                                                                 WeightsFrom weights) {
  SentenceEncoder<Spec> task = SentenceEncoder<Spec>::open(folder);
  std::optional<Parameters<B>> parameters;
  if (weights == WeightsFrom::checkpoint) {
    task.check(folder, LoadOptions{});
    parameters.emplace(context, task.layout(), StoreKind::inference);
    task.load(context, folder, *parameters, LoadOptions{});
  }
  return std::make_unique<detail::SpecSentenceEncoder<Spec, B>>(std::move(task), std::move(parameters));
}

}  // namespace encore

// In one file of src/models for each spec and backend.
#define ENCORE_INSTANTIATE_MODEL(B, Spec)                                                             \
  template std::unique_ptr<encore::AnyEncoder<B>> encore::make_any_encoder<Spec, B>(                  \
      encore::Context<B>&, const encore::ModelFolder&, const encore::AnyEncoderOptions&);             \
  template std::unique_ptr<encore::AnySentenceEncoder<B>> encore::make_any_sentence_encoder<Spec, B>( \
      encore::Context<B>&, const encore::ModelFolder&, encore::WeightsFrom);
