// SPDX-License-Identifier: Apache-2.0
// What position policies promise of scores.
#include "policies/alone.hpp"

#include "catch.hpp"

#include <encore/testing/properties.hpp>

using namespace policies_test;

namespace {

template <class Position>
void check_scores(Type<Position> policy) {
  using Spec = decltype(combine(norm, placement, policy, attention_for(policy), feed_forward, embedding, stack, block));
  // Head size 10: RoPE wants it even.
  const ModelShape one_head{.vocabulary = 3, .hidden = 10, .layers = 1, .heads = 1, .max_positions = 10};
  for (int variant = 0; variant < variants(policy); ++variant) {
    const Config<Spec> config = Spec::config(one_head, variant);
    for (const auto& [property, promised] :
         {std::pair(encore::testing::shift<Position>(one_head, config.position), promise(policy).shift),
          std::pair(encore::testing::reflection<Position>(one_head, config.position), promise(policy).reflection)}) {
      INFO(readable(typeid(Position)) << ", " << property.name << ": " << property.detail);
      CHECK(property.holds == promised);
    }
  }
}

}  // namespace

TEST_CASE("scores depend on i - j, or on |i - j|, where a position promises it and nowhere else") {
  each(Positions{}, [](auto policy) { check_scores(policy); });
}
