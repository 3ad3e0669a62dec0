// SPDX-License-Identifier: Apache-2.0
// A forward pass that throws midway leaves its context as good as new; one executor at a time runs on a context.
#include "catch.hpp"
#include "exec/texts.hpp"

using namespace exec_test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using Model = MeanEncoder<BertBlockSpec<LearnedPosition>>;

namespace {

struct Stop {};

// The model, and an exception behind it: where a product waits, or behind what was made of one. Count goes through.
struct Throwing {
  const Model& model;
  std::int64_t at;
  auto operator()(auto& ex, const BatchIndices& in) const {
    const std::int64_t limit = std::remove_reference_t<decltype(ex)>::computing ? at : -1;
    auto x = model.encoder(ex, in);
    auto deferred = ex.linear(x, model.encoder.blocks[0].attention.out.weight);
    if (limit == 0) throw Stop();
    auto kept = ex.activate(Activation::tanh, deferred);
    if (limit == 1) throw Stop();
    return ex.add(kept, x);
  }
};

}  // namespace

TEST_CASE("an exception in the middle of a forward pass leaves the context usable, with the same bits") {
  const Model model(odd_config<BertBlockSpec<LearnedPosition>>());
  const Batch batch = encore::testing::numbered_batch({5, 1, 30}, 211, 2);
  auto on = [&](auto&& context) {
    const auto parameters = random_parameters(context, model.layout, StoreKind::training, 1);
    const auto before = encore::testing::run_infer(context, parameters, batch, model);
    for (const std::int64_t at : {0, 1}) {
      CHECK_THROWS_AS(encore::testing::run_infer(context, parameters, batch, Throwing{model, at}), Stop);
      CHECK(different_bits(before, encore::testing::run_infer(context, parameters, batch, model)) == "");
      CHECK_THROWS_AS(encore::testing::run_record(context, parameters, batch, Throwing{model, at}), Stop);
      CHECK(different_bits(before, encore::testing::run_infer(context, parameters, batch, model)) == "");
    }
    // What an op refuses: the target is no class.
    const std::vector<std::int32_t> targets(36, 1000);
    CHECK_THROWS_AS(encore::testing::run_infer(context, parameters, batch,
                                               [&](auto& ex, const BatchIndices& in) {
                                                 return ex.cross_entropy(model.encoder(ex, in), ex.indices(targets));
                                               }),
                    InputError);
    CHECK(different_bits(before, encore::testing::run_infer(context, parameters, batch, model)) == "");
    CHECK(context.workspace().arena.live() == 0);
  };
  on(Context<Reference<float>>{});
  for (const cpu::KernelTable* table : all_tables()) on(cpu_context(*table, 2));
}

TEST_CASE("a second executor on a context that runs one is refused, and the first goes on") {
  Context<Reference<float>> context;
  auto layout = std::make_shared<ParameterLayout>();
  const ParameterId w = Builder(*layout).weight("w", 3, 4);
  const auto parameters = random_parameters(context, layout, StoreKind::training, 1);
  const Segments segments({2});
  {
    Record<Reference<float>> first(context, parameters, segments, nullptr);
    const auto y = first.linear(first.input(normal<float>(2, 4, 1).matrix()), w);
    const Tensor<float> before = rows_of(first.view(y));
    CHECK_THROWS_MATCHES(Count<Reference<float>>(context, *layout, segments), ArgumentError,
                         MessageMatches(ContainsSubstring("own context")));
    CHECK(different_bits(before, rows_of(first.view(y))) == "");
  }
  CHECK_NOTHROW(Count<Reference<float>>(context, *layout, segments));
}

TEST_CASE("weights packed for one instruction set are refused by a context of another, by name") {
  const auto tables = all_tables();
  if (tables.size() < 2) ENCORE_SKIP("there is one instruction set only");
  auto packer = cpu_context(*tables[0]), runner = cpu_context(*tables[1]);
  auto layout = std::make_shared<ParameterLayout>();
  const ParameterId w = Builder(*layout).weight("w", 3, 4);
  const auto parameters = random_parameters(packer, layout, StoreKind::inference, 1);
  CHECK_THROWS_MATCHES(in_infer(runner, parameters, Segments({2}),
                                [&](auto& ex) { return ex.linear(ex.input(normal<float>(2, 4, 1).matrix()), w); }),
                       ArgumentError,
                       MessageMatches(ContainsSubstring(tables[0]->isa) && ContainsSubstring(tables[1]->isa)));
}
