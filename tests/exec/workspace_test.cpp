// SPDX-License-Identifier: Apache-2.0
// Kernels stay within the scratch that was counted: nothing behind the peak is written, by any number of threads. No
// sanitizer sees the micro-kernels, and none sees a write from one part of a block to another.
#include "catch.hpp"
#include "exec/texts.hpp"

using namespace exec_test;

namespace {

template <class F>
void check(const std::shared_ptr<const ParameterLayout>& layout, const F& f) {
  constexpr std::size_t behind = 1 << 20;
  constexpr std::byte pattern{0xa5};
  for (const cpu::KernelTable* table : all_tables()) {
    for (const int threads : {1, 2, 5}) {
      auto context = cpu_context(*table, threads);
      const auto parameters = random_parameters(context, layout, StoreKind::inference, 1);
      for (const std::vector<std::int64_t>& lengths :
           {std::vector<std::int64_t>{1}, {7}, {97}, {193, 5}, {33, 64, 2, 100}}) {
        INFO(table->isa << ", " << threads << " threads, " << lengths.size() << " sequences, the first of "
                        << lengths[0]);
        const Batch batch = encore::testing::numbered_batch(lengths, 211, 2);
        auto forward = [&](auto& ex) {
          const auto y = f(ex, indices_of(ex, batch));
          ex.view(y);
          return ex.peak_bytes();
        };
        std::size_t peak = 0;
        {
          Count<Cpu> count(context, *layout, batch.segments());
          peak = forward(count);
        }
        Workspace& workspace = context.workspace();
        workspace.reserve(peak + behind);
        std::fill_n(workspace.data() + peak, behind, pattern);
        {
          Infer<Cpu> ex(context, parameters, batch.segments());
          CHECK(forward(ex) == peak);
        }
        CHECK(std::count(workspace.data() + peak, workspace.data() + peak + behind, pattern) == std::ptrdiff_t(behind));
      }
    }
  }
}

}  // namespace

TEST_CASE("an encoder writes nothing behind its peak, which attention's scratch ends at") {
  const MeanEncoder<BertBlockSpec<RelativePosition>> encoder(odd_config<BertBlockSpec<RelativePosition>>());
  check(encoder.layout, encoder);
}

TEST_CASE("a gated product writes nothing behind its peak, which the fused product's scratch ends at") {
  auto layout = std::make_shared<ParameterLayout>();
  const auto glu = encore::testing::of_rows(
      *layout, [](Builder b) { return Glu<>(b, {.hidden = 8, .intermediate = 128}, {}); }, 211, 8);
  check(layout, glu);
}
