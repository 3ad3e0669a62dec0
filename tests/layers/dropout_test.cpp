// SPDX-License-Identifier: Apache-2.0
// Dropout in an encoder: where it is, which masks it draws, and that inference knows nothing of it.
#include "layers/assembled.hpp"

using namespace layers_test;
using B = Reference<double>;

namespace {

// A layer that shows its mask: dropout of ones.
struct Masks {
  std::vector<std::vector<bool>> draw(std::uint64_t seed, bool training, int layers) {
    Context<B> context;
    const Parameters<B> parameters(context, std::make_shared<ParameterLayout>(), StoreKind::training);
    Tensor<double> ones(Shape{40, 25});
    for (double& x : ones.values()) x = 1;
    Record<B> ex(context, parameters, Segments({40}), nullptr, {.training = training, .seed = seed});
    const auto x = ex.input(ones.matrix());
    std::vector<std::vector<bool>> masks;
    auto keep = [&](const auto& y) {
      std::vector<bool> mask;
      for (std::int64_t r = 0; r < 40; ++r)
        for (std::int64_t c = 0; c < 25; ++c) mask.push_back(ex.view(y)(r, c) != 0);
      masks.push_back(mask);
    };
    auto description = [&] {  // the same object, used in each layer
      keep(ex.dropout(x, 0.5f));
      keep(ex.dropout(x, 0.5f));
    };
    description();
    for (int layer = 0; layer < layers; ++layer) {
      const auto scope = ex.scope(layer);
      description();
      const auto inner = ex.scope(0);
      description();
    }
    description();
    return masks;
  }
};

using Spec = Assembled<LayerNorm, PostNorm, LearnedPosition, Mlp>;

}  // namespace

TEST_CASE("one description used in many layers draws a different mask each time") {
  const auto masks = Masks().draw(1, true, 3);
  CHECK(masks.size() == 2 + 3 * 4 + 2);
  for (std::size_t i = 0; i < masks.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) CHECK(masks[i] != masks[j]);
}

TEST_CASE("masks are equal for an equal seed, different for another, and absent outside training") {
  CHECK(Masks().draw(1, true, 2) == Masks().draw(1, true, 2));
  CHECK(Masks().draw(1, true, 2) != Masks().draw(2, true, 2));
  for (const auto& mask : Masks().draw(1, false, 1)) CHECK(std::count(mask.begin(), mask.end(), false) == 0);
}

TEST_CASE("an encoder's dropout is off in Infer and where Record does not train, and on where it does") {
  Config<Spec> config = small_config<Spec>(2);
  config.shape.dropout = 0.4f;
  auto layout = std::make_shared<ParameterLayout>();
  const Encoder<Spec> encoder(Builder(*layout), config);
  const Batch batch = encore::testing::numbered_batch({4, 2}, 7, 2);
  Context<B> context;
  const auto parameters = encore::testing::random_parameters(context, layout, StoreKind::training, 1);
  auto record = [&](RecordOptions options) {
    Record<B> ex(context, parameters, batch.segments(), nullptr, options);
    const auto y = encoder(ex, indices_of(ex, batch));
    Tensor<double> result(Shape{6, 8});
    std::copy_n(ex.view(y).data, 48, result.data());
    return result;
  };
  const auto inferred = encore::testing::run_infer(context, parameters, batch, encoder);
  CHECK(encore::testing::different_bits(inferred, record({})) == "");
  CHECK(encore::testing::different_bits(record({.training = true, .seed = 1}), record({.training = true, .seed = 1})) ==
        "");
  CHECK(encore::testing::different_bits(record({.training = true, .seed = 1}), record({.training = true, .seed = 2})) !=
        "");
  CHECK(encore::testing::different_bits(inferred, record({.training = true, .seed = 1})) != "");
}

TEST_CASE("two passes over an encoder on one tape draw different masks, and the same ones again for an equal seed") {
  Config<Spec> config = small_config<Spec>(2);
  config.shape.dropout = 0.4f;
  auto layout = std::make_shared<ParameterLayout>();
  const Encoder<Spec> encoder(Builder(*layout), config);
  const Batch batch = encore::testing::numbered_batch({4, 2}, 7, 2);
  Context<B> context;
  const auto parameters = encore::testing::random_parameters(context, layout, StoreKind::training, 1);
  // The blocks alone: what the embedding draws is drawn outside their scopes.
  auto blocks = [&](auto& ex, const auto& x) {
    auto y = x;
    encore::Carried<decltype(y)> carried;
    for (std::size_t i = 0; i < encoder.blocks.size(); ++i) {
      const auto scope = ex.scope(std::int64_t(i));
      y = encoder.blocks[i](ex, y, carried);
    }
    return y;
  };
  auto passes = [&](std::uint64_t seed) {
    Record<B> ex(context, parameters, batch.segments(), nullptr, {.training = true, .seed = seed});
    op::Embed embed;
    embed.add({encoder.embedding.word, ex.indices(batch.ids()), 0});
    const auto x = ex.embed(embed);
    std::vector<Tensor<double>> results;
    for (int pass = 0; pass < 3; ++pass) {
      const auto y = blocks(ex, x);
      results.emplace_back(Shape{6, 8});
      std::copy_n(ex.view(y).data, 48, results.back().data());
    }
    return results;
  };
  const auto once = passes(1), again = passes(1);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(encore::testing::different_bits(once[i], again[i]) == "");
    CHECK(encore::testing::different_bits(once[i], once[(i + 1) % 3]) != "");
  }
}

TEST_CASE("gradients through dropout are those of the function with that mask") {
  Config<Spec> config = small_config<Spec>(2);
  config.shape.dropout = 0.4f;
  auto layout = std::make_shared<ParameterLayout>();
  const Encoder<Spec> encoder(Builder(*layout), config);
  const auto report =
      encore::testing::check_gradients_of(layout, encore::testing::numbered_batch({3, 1}, 7, 2), encoder,
                                          {.lengths = {}, .step = 1e-4, .seed = 3, .training = true});
  INFO(report.text());
  CHECK(report.worst() < 1e-9);  // measured: 4e-11
}
