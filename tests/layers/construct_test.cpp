// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include <encore/layers/policy.hpp>

#include <string>

using encore::construct;
using encore::options_t;

namespace {
struct Numbers {
  int value = 0;
};
struct TakesAll {
  using Options = Numbers;
  int sum;
  TakesAll(std::string name, const Options& options, double place)
      : sum(int(name.size()) + options.value + int(place)) {}
};
struct TakesNoPlace {
  using Options = Numbers;
  int sum;
  TakesNoPlace(std::string name, const Options& options) : sum(int(name.size()) + options.value) {}
};
struct HasNoOptions {
  int size;
  explicit HasNoOptions(const std::string& name) : size(int(name.size())) {}
};
}  // namespace

TEST_CASE("a policy is constructed from as many arguments as it takes, the last ones left out") {
  CHECK(construct<TakesAll>(std::string("abc"), Numbers{10}, 100.0).sum == 113);
  CHECK(construct<TakesNoPlace>(std::string("abc"), Numbers{10}, 100.0).sum == 13);
  CHECK(construct<HasNoOptions>(std::string("abc"), encore::NoOptions{}, 100.0).size == 3);
}

TEST_CASE("a policy's options are its nested struct, or none") {
  CHECK(std::is_same_v<options_t<TakesAll>, Numbers>);
  CHECK(std::is_same_v<options_t<HasNoOptions>, encore::NoOptions>);
}
