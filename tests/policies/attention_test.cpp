// SPDX-License-Identifier: Apache-2.0
#include "policies/alone.hpp"

#include "catch.hpp"

using namespace policies_test;

TEST_CASE("every attention keeps the properties") {
  each(Attentions{}, [](auto policy) {
    check_alone(policy, combine(norm, placement, position_for(policy), policy, feed_forward, embedding, stack, block));
  });
}
