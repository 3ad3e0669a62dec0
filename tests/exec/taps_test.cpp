// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "exec/texts.hpp"

using namespace exec_test;
using Model = MeanEncoder<BertBlockSpec<LearnedPosition>>;

TEST_CASE("taps show hidden states 0 to L and change no bit") {
  const Model model(odd_config<BertBlockSpec<LearnedPosition>>());
  const Batch batch = encore::testing::numbered_batch({5, 1, 30}, 211, 2);
  struct Seen {
    std::vector<std::int64_t> order;
    std::vector<Tensor<float>> rows;
  };
  const TapFunction<float> observer{
      nullptr, [](void* object, std::string_view name, std::int64_t index, MatrixView<const float> rows) {
        REQUIRE(name == "hidden_states");
        static_cast<Seen*>(object)->order.push_back(index);
        static_cast<Seen*>(object)->rows.push_back(rows_of(rows));
      }};
  auto on = [&](auto&& context) {
    const auto parameters = random_parameters(context, model.layout, StoreKind::training, 1);
    Seen inferred, recorded;
    Tensor<float> tapped;
    infer(context, parameters, batch.segments(), {&inferred, observer.call}, [&](auto& ex) {
      const auto y = model(ex, indices_of(ex, batch));
      const auto rows = ex.view(y);
      if constexpr (std::remove_reference_t<decltype(ex)>::computing) tapped = rows_of(rows);
    });
    CHECK(different_bits(tapped, encore::testing::run_infer(context, parameters, batch, model)) == "");
    CHECK(inferred.order == std::vector<std::int64_t>{0, 1, 2});
    Record ex(context, parameters, batch.segments(), nullptr);
    ex.observe({&recorded, observer.call});
    model(ex, indices_of(ex, batch));
    REQUIRE(recorded.order == inferred.order);
    for (std::size_t i = 0; i < 3; ++i) CHECK(different_bits(inferred.rows[i], recorded.rows[i]) == "");
    CHECK(inferred.rows[2].shape() == Shape{36, 60});
  };
  on(Context<Reference<float>>{});
  on(cpu_context(*all_tables().back()));
}
