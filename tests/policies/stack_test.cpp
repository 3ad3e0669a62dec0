// SPDX-License-Identifier: Apache-2.0
#include "policies/alone.hpp"

#include "catch.hpp"

using namespace policies_test;

TEST_CASE("every stack keeps the properties") {
  each(Stacks{}, [](auto policy) {
    check_alone(policy, combine(norm, placement, position, attention, feed_forward, embedding, policy, block));
  });
}
