// SPDX-License-Identifier: Apache-2.0
#include "policies/alone.hpp"

#include "catch.hpp"

using namespace policies_test;

TEST_CASE("every position keeps the properties") {
  each(Positions{}, [](auto policy) {
    check_alone(policy, combine(norm, placement, policy, attention_for(policy), feed_forward, embedding, stack, block),
                std::is_same_v<decltype(policy), Type<NoPosition>>);
  });
}
