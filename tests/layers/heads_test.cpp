// SPDX-License-Identifier: Apache-2.0
// Pooler and masked-language-model head on the BERT block, down to a loss: gradients of every parameter, the tied table
// too.
#include "layers/assembled.hpp"

using namespace layers_test;

namespace {

using Spec = Assembled<LayerNorm, PostNorm, LearnedPosition, Mlp>;

// Pre-training's two losses side by side, [1, 2].
struct Pretraining {
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  Encoder<Spec> encoder;
  TanhPooler pooler;
  MaskedLmHead<LayerNorm> words;
  Linear next;
  std::vector<std::int32_t> masked{1, -100, 4, -100}, order{1, 0};

  Pretraining(const Config<Spec>& config, Tied tied)
      : encoder(Builder(*layout), config),
        pooler(Builder(*layout) / "pooler", config.shape),
        words(Builder(*layout) / "masked_lm", config.shape, LmHeadOptions{.tied = tied}, config.norm,
              encoder.embedding.word),
        next(Builder(*layout) / "classifier", config.shape.hidden, 2) {}

  auto operator()(auto& ex, const BatchIndices& in) const {
    auto x = encoder(ex, in);
    auto logits = words(ex, x);
    auto word_loss = ex.cross_entropy(logits, ex.indices(masked));
    auto pooled = pooler(ex, x, in);
    auto order_logits = next(ex, pooled);
    auto order_loss = ex.cross_entropy(order_logits, ex.indices(order));
    return ex.concat(word_loss, order_loss);
  }
};

}  // namespace

TEST_CASE("the gradients of BERT's pre-training losses by every parameter are those of differences, tied and untied") {
  const Batch batch = encore::testing::numbered_batch({3, 1}, 7, 2);
  for (const Tied tied : {Tied::yes, Tied::no}) {
    const Pretraining model(small_config<Spec>(), tied);
    const auto report = encore::testing::check_gradients_of(model.layout, batch, model, {});
    INFO(report.text());
    CHECK(report.worst() < 1e-9);  // measured: 7e-11
    const bool separate = std::any_of(model.layout->begin(), model.layout->end(), [](const ParameterSpec& spec) {
      return spec.name() == "masked_lm.decoder.weight";
    });
    CHECK(separate == (tied == Tied::no));
  }
}

TEST_CASE("the gradients of the token detector by every parameter are those of differences") {
  const Batch batch = encore::testing::numbered_batch({3, 1, 5}, 7, 2);
  const auto layout = std::make_shared<ParameterLayout>();
  const Config<Spec> config = small_config<Spec>();
  const Encoder<Spec> encoder(Builder(*layout), config);
  const TokenDetector<LayerNorm> detector(Builder(*layout) / "detector", config.shape, Activation::gelu_erf,
                                          config.norm);
  const auto report = encore::testing::check_gradients_of(layout, batch,
                                                          [&](auto& ex, const BatchIndices& in) {
                                                            auto x = encoder(ex, in);
                                                            return detector(ex, x, in);
                                                          },
                                                          {});
  INFO(report.text());
  CHECK(report.worst() < 1e-9);
}

TEST_CASE("the pooler is tanh of a dense layer of each first token") {
  ParameterLayout layout;
  const ModelShape shape{.hidden = 4};
  const TanhPooler pooler(Builder(layout) / "pooler", shape);
  Context<Reference<double>> context;
  const auto parameters =
      encore::testing::random_parameters(context, std::make_shared<ParameterLayout>(layout), StoreKind::inference, 1);
  Tensor<double> x(Shape{5, 4});
  for (std::size_t i = 0; i < 20; ++i) x.values()[i] = RandomStream{1, 1}.normal(i);
  const Batch batch = encore::testing::numbered_batch({2, 3}, 9);
  const auto y = encore::testing::run_infer(context, parameters, batch, [&](auto& ex, const BatchIndices& in) {
    return pooler(ex, ex.input(x.matrix()), in);
  });
  const auto w = parameters.values(pooler.dense.weight), b = parameters.values(pooler.dense.bias);
  for (std::int64_t s = 0; s < 2; ++s)
    for (std::int64_t c = 0; c < 4; ++c) {
      double sum = b[std::size_t(c)];
      for (std::int64_t k = 0; k < 4; ++k) sum += x.matrix()(s * 2, k) * w[std::size_t(c * 4 + k)];
      CHECK(y.matrix()(s, c) == Approx(std::tanh(sum)).epsilon(1e-14));
    }
}
