// SPDX-License-Identifier: Apache-2.0
// Count runs the code of Infer dry: its peak is the one that Infer reaches, and it adds up what ops say they cost.
#include "catch.hpp"
#include "exec/texts.hpp"

using namespace exec_test;

namespace {

template <class B>
struct Peaks {
  std::size_t counted = 0, taken = 0;
};

template <class B, class Encoder>
Peaks<B> peaks(Context<B>& context, const Encoder& encoder, const Parameters<B>& parameters, const Batch& batch) {
  Peaks<B> result;
  {
    Count<B> count(context, *encoder.layout, batch.segments());
    auto y = encoder(count, indices_of(count, batch));
    count.view(y);
    result.counted = count.peak_bytes();
  }
  context.workspace().release();
  context.workspace().reserve(result.counted);  // one byte more and Infer throws
  Infer<B> ex(context, parameters, batch.segments());
  auto y = encoder(ex, indices_of(ex, batch));
  ex.view(y);
  result.taken = ex.peak_bytes();
  return result;
}

}  // namespace

TEST_CASE("Count's peak is Infer's, for any segments, threads and instruction set") {
  const MeanEncoder<BertBlockSpec<RelativePosition>> encoder(odd_config<BertBlockSpec<RelativePosition>>());
  auto on = [&](auto&& context) {
    const auto parameters = random_parameters(context, encoder.layout, StoreKind::inference, 1);
    for (const std::vector<std::int64_t>& lengths :
         {std::vector<std::int64_t>{1}, {2}, {7}, {16}, {193}, {1, 1, 1}, {5, 40, 3}, {97, 2, 33, 64}}) {
      const Batch batch = encore::testing::numbered_batch(lengths, 211, 2);
      const auto found = peaks(context, encoder, parameters, batch);
      CHECK(found.counted == found.taken);
      CHECK(found.counted > 0);
    }
  };
  on(Context<Reference<float>>{});
  for (const cpu::KernelTable* table : all_tables())
    for (const int threads : {1, 2, 5}) on(cpu_context(*table, threads));
}

TEST_CASE("a workspace one line too small is a MemoryError that says both sizes, and the context stays usable") {
  const MeanEncoder<BertBlockSpec<LearnedPosition>> encoder(odd_config<BertBlockSpec<LearnedPosition>>());
  auto context = cpu_context(*all_tables().back());
  const auto parameters = random_parameters(context, encoder.layout, StoreKind::inference, 1);
  const Batch batch = encore::testing::numbered_batch({5, 40, 3}, 211, 2);
  const std::size_t peak = peaks(context, encoder, parameters, batch).counted;
  context.workspace().release();
  context.workspace().reserve(peak - 64);
  {
    Infer<Cpu> ex(context, parameters, batch.segments());
    CHECK_THROWS_MATCHES(
        encoder(ex, indices_of(ex, batch)), MemoryError,
        Catch::Matchers::MessageMatches(Catch::Matchers::ContainsSubstring("workspace: ") &&
                                        Catch::Matchers::ContainsSubstring(std::to_string(peak - 64))));
  }
  CHECK(peaks(context, encoder, parameters, batch).taken == peak);
}

TEST_CASE("Count adds up the operations of products and attention, the same for every backend") {
  const MeanEncoder<BertBlockSpec<LearnedPosition>> encoder(odd_config<BertBlockSpec<LearnedPosition>>());
  const std::vector<std::int64_t> lengths{5, 40, 3};
  const Batch batch = encore::testing::numbered_batch(lengths, 211, 2);
  auto flops = [&](auto&& context) {
    Count count(context, *encoder.layout, batch.segments());
    auto y = encoder(count, indices_of(count, batch));
    count.view(y);
    return count.flops();
  };
  // hidden 60, middle 107, two layers: 2 flops for each weight and token, 4 hidden for each pair of tokens.
  const double tokens = 48, pairs = 25 + 1600 + 9;
  const double products = 2 * (tokens * 2 * (4 * 60 * 60 + 2 * 60 * 107) + 4 * pairs * 60);
  // The rest: two sums of the embedding, five norms of 8 a number (two residuals a layer besides), an activation of 10,
  // the mean.
  const double elements = tokens * 60;
  const double rest = 2 * elements + 5 * 8 * elements + 4 * elements + 2 * 10 * tokens * 107 + elements;
  CHECK(flops(lvalue(Context<Reference<float>>{})) == products + rest);
  for (const cpu::KernelTable* table : all_tables()) CHECK(flops(lvalue(cpu_context(*table, 2))) == products + rest);
}

TEST_CASE("a gated product costs the same operations whether it is fused or not") {
  auto layout = std::make_shared<ParameterLayout>();
  const ParameterId w = Builder(*layout).weight("w", 256, 32);
  const Segments segments({10});
  auto flops = [&](auto&& context) {
    Count count(context, *layout, segments);
    auto [u, g] = count.split(count.linear(count.input({nullptr, 10, 32, 32}), w));
    auto y = count.gate(Activation::silu, u, g);
    return count.flops();
  };
  const double expected = 2.0 * 10 * 256 * 32 + 11.0 * 10 * 128;
  CHECK(flops(lvalue(Context<Reference<float>>{})) == expected);
  CHECK(flops(cpu_context(*all_tables().back())) == expected);
}
