// SPDX-License-Identifier: Apache-2.0
#include "policies/alone.hpp"

#include "catch.hpp"

using namespace policies_test;

TEST_CASE("every embedding keeps the properties") {
  each(Embeddings{}, [](auto policy) {
    check_alone(policy, combine(norm, placement, position, attention, feed_forward, policy, stack, block));
  });
}
