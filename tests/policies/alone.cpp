// SPDX-License-Identifier: Apache-2.0
#include "policies/alone.hpp"

#include "exec/contexts.hpp"

#include "catch.hpp"

namespace policies_test {

namespace {

void holds(const encore::testing::Property& property) {
  INFO(property.name << ": " << property.detail);
  CHECK(property.holds);
}

}  // namespace

void check_on_cpu(const Described& described, const AnyEncoder<Cpu>& encoder) {
  INFO(described.spec);
  const Batch batch = encore::testing::encoder_batch(described.shape, {2, 7, 1, 19});
  for (const cpu::KernelTable* table : exec_test::all_tables()) {
    INFO(table->isa);
    Context<Cpu> one = exec_test::cpu_context(*table, 1), two = exec_test::cpu_context(*table, 2),
                 five = exec_test::cpu_context(*table, 5);
    for (Context<Cpu>* context : {&one, &two, &five}) {
      holds(encore::testing::infer_equals_record(*context, described.layout, batch, encoder));
      holds(encore::testing::batch_invariance(*context, described.layout, batch, encoder));
    }
    holds(encore::testing::thread_invariance(described.layout, batch, encoder, one, two, five));
  }
}

void check_permutation(const Described& described, const AnyEncoder<Reference<double>>& encoder, bool permutes) {
  INFO(described.spec);
  const auto property = encore::testing::permutation_of(
      described.layout, encore::testing::encoder_batch(described.shape, {5, 1, 3}), encoder);
  INFO(property.detail);
  CHECK(property.holds == permutes);
}

}  // namespace policies_test
