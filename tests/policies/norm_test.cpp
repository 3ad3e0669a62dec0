// SPDX-License-Identifier: Apache-2.0
#include "policies/alone.hpp"

#include "catch.hpp"

using namespace policies_test;

TEST_CASE("every norm keeps the properties") {
  each(Norms{}, [](auto policy) {
    check_alone(policy, combine(policy, placement, position, attention, feed_forward, embedding, stack, block));
  });
}
