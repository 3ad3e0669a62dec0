// SPDX-License-Identifier: Apache-2.0
// Products of odd widths and a small input, for tests of what executors do with handles.
#pragma once

#include "catch.hpp"
#include "exec/contexts.hpp"

namespace exec_test {

struct Products {
  std::shared_ptr<ParameterLayout> layout = std::make_shared<ParameterLayout>();
  ParameterId w = Builder(*layout).weight("w", 6, 6), b = Builder(*layout).vector("b", 6, Init::zeros);
  ParameterId qkv = Builder(*layout).weight("w", {{"q", 5}, {"k", 5}, {"v", 5}}, 6);
  Segments segments{{2, 1, 4}};
  Tensor<float> x = normal<float>(7, 6, 1);
};

// Runs f on Cpu (every instruction set) and the reference in float, in Infer and Record: all bits are equal, and
// nothing stays taken.
template <class F>
void check_everywhere(const Products& s, const F& f) {
  auto on = [&](auto&& context, const std::string& name) {
    INFO(name);
    const auto inferred =
        in_infer(context, random_parameters(context, s.layout, StoreKind::inference, 1), s.segments, f);
    CHECK(different_bits(inferred, in_record(context, random_parameters(context, s.layout, StoreKind::training, 1),
                                             s.segments, f)) == "");
    CHECK(context.workspace().arena.live() == 0);
    const Tensor<float> plain = in_infer(
        lvalue(Context<Reference<float>>{}),
        random_parameters(lvalue(Context<Reference<float>>{}), s.layout, StoreKind::inference, 1), s.segments, f);
    CHECK(relative_error(inferred, plain) < 5e-7);  // measured: at most 1.4e-7
  };
  on(Context<Reference<float>>{}, "reference");
  for (const cpu::KernelTable* table : all_tables()) on(cpu_context(*table), table->isa);
}

}  // namespace exec_test
