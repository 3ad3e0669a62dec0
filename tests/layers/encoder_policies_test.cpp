// SPDX-License-Identifier: Apache-2.0
// What is said of single policies beside the properties (tests/policies): formulas, and the numbers that they refuse.
#include "layers/assembled.hpp"

#include <encore/layers/bottleneck.hpp>
#include <encore/layers/disentangled.hpp>
#include <encore/layers/position_bias.hpp>
#include <encore/models/prepare.hpp>

using namespace layers_test;
using Catch::Matchers::ContainsSubstring;

namespace {

using Usual = Assembled<LayerNorm, PostNorm, LearnedPosition, Mlp>;

struct Shared : Usual {
  using Stack = SharedPattern;
};
struct Groups : Usual {
  using Stack = SharedGroups;
};
struct Disentangled : Usual {
  using Position = DisentangledPosition<LayerNorm>;
  template <class P>
  using Attention = DisentangledAttention<P>;
};
struct Bottleneck : Usual {
  template <class S>
  using Block = BottleneckBlock<S>;
  using BlockOptions = BottleneckOptions;
};

}  // namespace

TEST_CASE("ALiBi's slopes are those of the paper, and for other numbers of heads those of its code") {
  for (int h = 0; h < 8; ++h) CHECK(Alibi::slope(h, 8) == Approx(std::pow(2.0, -(h + 1))));
  CHECK(Alibi::slope(0, 12) == Approx(0.5));
  CHECK(Alibi::slope(7, 12) == Approx(std::pow(2.0, -8)));
  CHECK(Alibi::slope(8, 12) == Approx(std::pow(2.0, -0.5)));
  CHECK(Alibi::slope(11, 12) == Approx(std::pow(2.0, -3.5)));
}

TEST_CASE("policies refuse numbers that do not fit, by name") {
  const auto make = [](const auto& config) {
    ParameterLayout layout;
    const Encoder encoder(Builder(layout), config);
  };
  auto queries = small_config<Usual>();
  for (const std::int64_t heads : {3, -1}) {
    queries.attention.kv_heads = heads;
    CHECK_THROWS_WITH(make(queries),
                      ContainsSubstring(std::to_string(heads) + " heads of keys and values do not divide 2 heads"));
  }
  auto shared = small_config<Shared>(3);
  shared.stack.order = {0, 2, 0};
  CHECK_THROWS_WITH(make(shared), ContainsSubstring("block 2 where 1 comes next"));
  auto groups = small_config<Groups>(2);
  groups.stack.groups = 3;
  CHECK_THROWS_WITH(make(groups), ContainsSubstring("3 groups"));
  auto narrow = small_config<Bottleneck>();
  narrow.block = {.width = 4, .shared_query_key = false};
  CHECK_THROWS_WITH(make(narrow), ContainsSubstring("queries and keys of width 4"));
}

TEST_CASE("rows of distances that are projected once are those projected in every pass, bit for bit") {
  for (const bool shared_key : {false, true}) {
    auto config = small_config<Disentangled>(2);
    config.position = {.buckets = 4, .furthest = 8, .normed = true, .norm = {.eps = 0.01}};
    config.attention.shared_key = shared_key;
    auto layout = std::make_shared<ParameterLayout>();
    const Encoder encoder(Builder(*layout), config);
    Context<Reference<float>> context;
    auto parameters = encore::testing::random_parameters(context, layout, StoreKind::inference, 1);
    const auto batch = encore::testing::numbered_batch({19, 1, 6}, 7, 2);
    const auto before = encore::testing::run_infer(context, parameters, batch, encoder);
    prepare(context, encoder, parameters);
    CHECK(parameters.prepared());
    CHECK(encore::testing::different_bits(encore::testing::run_infer(context, parameters, batch, encoder), before) ==
          "");
    parameters.fill(context, encoder.blocks[1].attention.key_rows,  // they are what is read
                    [](auto rows) { std::fill(rows.begin(), rows.end(), 1.0f); });
    CHECK(encore::testing::different_bits(encore::testing::run_infer(context, parameters, batch, encoder), before) !=
          "");
    parameters.fill(context, encoder.blocks[0].attention.key.weight, [](auto) {});  // weights may have changed
    CHECK_FALSE(parameters.prepared());
    CHECK(encore::testing::different_bits(encore::testing::run_infer(context, parameters, batch, encoder), before) ==
          "");
    auto training = encore::testing::random_parameters(context, layout, StoreKind::training, 1);
    prepare(context, encoder, training);
    CHECK_FALSE(training.prepared());
  }
}
