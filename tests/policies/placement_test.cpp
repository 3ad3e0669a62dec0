// SPDX-License-Identifier: Apache-2.0
#include "policies/alone.hpp"

#include "catch.hpp"

using namespace policies_test;

TEST_CASE("every placement keeps the properties") {
  each(Placements{}, [](auto policy) {
    check_alone(policy, combine(norm, policy, position, attention, feed_forward, embedding, stack, block));
  });
}
