// SPDX-License-Identifier: Apache-2.0
// Policies that no published model here needs: biases by distance, shared keys and values, sandwich norms, parallel
// sublayers, shared blocks, convolutions and bottlenecks in stacks of their own.
#include "layers/assembled.hpp"

#include <encore/layers/bottleneck.hpp>
#include <encore/layers/convolution.hpp>
#include <encore/layers/disentangled.hpp>
#include <encore/layers/parallel_block.hpp>
#include <encore/layers/position_bias.hpp>
#include <encore/layers/sandwich_norm.hpp>
#include <encore/models/prepare.hpp>

using namespace layers_test;
using Catch::Matchers::ContainsSubstring;
using encore::testing::reflection;
using encore::testing::shift;

namespace {

using Usual = Assembled<LayerNorm, PostNorm, LearnedPosition, Mlp>;

struct WithAlibi : Assembled<RmsNorm, PreNorm, Alibi, Mlp> {};
struct WithKerple : Assembled<LayerNorm, SandwichNorm, Kerple, Glu<Gate::second>> {};
struct WithT5Bias : Assembled<LayerNorm, PreNormAfterFirst, T5Bias, Mlp> {};
struct GroupedQueries : Usual {
  using Position = Rope<>;
};
struct Parallel : Assembled<RmsNorm, PreNorm, Rope<Pairs::interleaved>, Glu<>> {
  template <class S>
  using Block = ParallelBlock<S>;
};
struct Shared : Usual {
  using Stack = SharedPattern;
};
struct Groups : Usual {
  using Stack = SharedGroups;
  template <class M>
  using Embedding = FactorisedEmbedding<M>;
};
struct Disentangled : Usual {
  using Position = DisentangledPosition<LayerNorm>;
  template <class P>
  using Attention = DisentangledAttention<P>;
  template <class M>
  using Embedding = ProjectedEmbedding<M>;
  template <class S>
  using Block = ConvolvedBlock<S>;
  using BlockOptions = ConvolutionOptions;
};
struct Bottleneck : Usual {
  template <class M>
  using Embedding = TrigramEmbedding<M>;
  template <class S>
  using Block = BottleneckBlock<S>;
  using BlockOptions = BottleneckOptions;
};
struct Windows : Assembled<RmsNorm, PreNorm, GlobalLocal<Rope<>>, Mlp> {};

ModelShape one_head(std::int64_t head_size) {
  return {.vocabulary = 3, .hidden = head_size, .layers = 1, .heads = 1, .max_positions = head_size};
}

}  // namespace

TEST_CASE("ALiBi and KERPLE depend on |i - j| only, T5's buckets on i - j") {
  CHECK(shift<Alibi>(one_head(9), {}).holds);
  CHECK(reflection<Alibi>(one_head(9), {}).holds);
  CHECK(shift<Kerple>(one_head(9), {}).holds);
  CHECK(reflection<Kerple>(one_head(9), {}).holds);
  CHECK(shift<T5Bias>(one_head(9), {.buckets = 8, .furthest = 16}).holds);
  CHECK_FALSE(reflection<T5Bias>(one_head(9), {.buckets = 8, .furthest = 16}).holds);
}

TEST_CASE("ALiBi's slopes are those of the paper, and for other numbers of heads those of its code") {
  for (int h = 0; h < 8; ++h) CHECK(Alibi::slope(h, 8) == Approx(std::pow(2.0, -(h + 1))));
  CHECK(Alibi::slope(0, 12) == Approx(0.5));
  CHECK(Alibi::slope(7, 12) == Approx(std::pow(2.0, -8)));
  CHECK(Alibi::slope(8, 12) == Approx(std::pow(2.0, -0.5)));
  CHECK(Alibi::slope(11, 12) == Approx(std::pow(2.0, -3.5)));
}

TEMPLATE_TEST_CASE("an encoder of less usual policies has the gradients of differences, and more", "", WithAlibi,
                   WithKerple, WithT5Bias, Parallel) {
  check_spec(small_config<TestType>());
}

TEST_CASE("heads that share keys and values have the gradients of differences, with and without a window") {
  for (const std::int64_t window : {-1, 1}) {
    auto queries = small_config<GroupedQueries>();
    queries.attention = {.window = window, .kv_heads = 1};
    check_spec(queries);
  }
}

TEST_CASE("shared blocks get the gradients of every layer that runs them") {
  auto shared = small_config<Shared>(3);
  shared.stack.order = {0, 1, 0};
  check_spec(shared);
  auto groups = small_config<Groups>(2);
  groups.shape.embedding = 3;
  groups.stack = {.groups = 2, .inner = 2};
  check_spec(groups);
}

TEST_CASE("disentangled attention with a convolution, bottlenecks with trigrams, and windows are checked whole") {
  for (const bool shared_key : {false, true}) {
    auto config = small_config<Disentangled>(2);
    config.shape.embedding = 5;
    config.position = {.buckets = 4, .furthest = 8, .normed = true, .absolute = true, .norm = {.eps = 0.01}};
    config.attention.shared_key = shared_key;
    config.block.width = 3;
    check_spec(config);
  }
  auto narrow = small_config<Bottleneck>();
  narrow.shape.embedding = 3;
  narrow.shape.head = 2;
  narrow.block = {.width = 4, .feed_forwards = 2};
  narrow.position.width = narrow.shape.hidden;
  check_spec(narrow);
  auto windows = small_config<Windows>(2);
  windows.position.window = 1;
  windows.position.is_local = {false, true};
  check_spec(windows);
}

TEST_CASE("policies refuse numbers that do not fit, by name") {
  const auto make = [](const auto& config) {
    ParameterLayout layout;
    const Encoder encoder(Builder(layout), config);
  };
  auto queries = small_config<GroupedQueries>();
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
    const Context<Reference<float>> context;
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
    auto training = encore::testing::random_parameters(context, layout, StoreKind::training, 1);
    prepare(context, encoder, training);
    CHECK_FALSE(training.prepared());
  }
}
