// SPDX-License-Identifier: Apache-2.0
// Positions on Cuda that no table has: rotations beyond the stored rows, rotations by a text's own length, and positions
// counted without a padding id; against the reference in double.
#include "catch.hpp"
#include "cuda/numbers.hpp"

#include <encore/models/encoder_model.hpp>
#include <encore/models/nomicbert.hpp>
#include <encore/models/roberta.hpp>

using namespace cuda_test;

namespace {

template <class Spec>
Config<Spec> small(std::int64_t positions) {
  Config<Spec> config;
  config.shape = {.vocabulary = 23, .hidden = 32, .layers = 1, .heads = 2, .intermediate = 24};
  config.shape.max_positions = positions;
  config.shape.types = 2;
  return config;
}

// The states of the encoder; with gradients those of the word table behind them.
template <class Spec, class B>
Numbers states(Context<B>& context, const EncoderModel<Spec>& model, const Batch& batch) {
  using S = scalar_t<B>;
  Numbers result;
  const Parameters<B> parameters = random_parameters(context, model.layout(), StoreKind::training, 1);
  Parameters<B> gradients = parameters.gradients(context);
  Record<B> ex(context, parameters, batch.segments(), &gradients);
  const auto y = model.encoder()(ex, indices_of(ex, batch));
  result["states"] = to_double<S>(ex.view(y));
  const Tensor<S> dy = short_normal<S>(y.rows(), y.cols(), 5);
  ex.backward(y, dy.matrix());
  const std::vector<S> words = gradients.values(model.encoder().embedding.word);
  result["words"] = to_double<S>(MatrixView<const S>{words.data(), 23, 32, 32});
  return result;
}

template <class Spec>
void agrees(const EncoderModel<Spec>& model, const Batch& batch) {
  const Numbers theirs = states(lvalue(Context<Reference<double>>()), model, batch);
  const Numbers in_float = states(lvalue(Context<Reference<float>>()), model, batch);
  const Numbers ours = states(lvalue(cuda_context(Precision::f32)), model, batch);
  for (const auto& [name, expected] : theirs) {
    INFO(name);
    CHECK(norm_error(ours.at(name), expected) <= std::max(3 * norm_error(in_float.at(name), expected), 1e-6));
  }
}

}  // namespace

TEST_CASE("Cuda turns texts longer than the stored rotations as the reference does", "[cuda][positions]") {
  agrees(EncoderModel<NomicBertSpec>(small<NomicBertSpec>(8)), encore::testing::numbered_batch({30, 5}, 23, 2));
}

TEST_CASE("Cuda turns each text by its own length as the reference does", "[cuda][positions]") {
  Config<NomicBertSpec> config = small<NomicBertSpec>(8);
  config.position.scaling = {.kind = RopeScalingKind::dynamic, .factor = 2, .trained_positions = 8};
  agrees(EncoderModel<NomicBertSpec>(config), encore::testing::numbered_batch({30, 5, 12}, 23, 2));
}

TEST_CASE("Cuda counts positions without the padding id as the reference does", "[cuda][positions]") {
  Config<RobertaSpec> config = small<RobertaSpec>(16);
  config.position.padding = 1;
  Batch batch;
  batch.add(std::vector<std::int32_t>{3, 1, 4, 1, 5});
  batch.add(std::vector<std::int32_t>{1, 7, 1});
  agrees(EncoderModel<RobertaSpec>(config), batch);
}
