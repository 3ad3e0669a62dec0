// SPDX-License-Identifier: Apache-2.0
#include "policies/alone.hpp"

#include "catch.hpp"

using namespace policies_test;

TEST_CASE("every feed-forward keeps the properties") {
  each(FeedForwards{}, [](auto policy) {
    check_alone(policy, combine(norm, placement, position, attention, policy, embedding, stack, block));
  });
}
