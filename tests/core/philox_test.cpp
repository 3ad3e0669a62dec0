// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include <encore/core/philox.hpp>

#include <set>

using namespace encore;

TEST_CASE("Philox-4x32-10 gives Random123's known answers") {
  // kat_vectors of Random123 1.14: philox4x32 10, counter, key, result.
  CHECK(philox(0, 0, 0) == PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox(~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}) ==
        PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88) ==
        PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("an element of a random stream is the same in whatever order it is asked for") {
  const RandomStream stream{7, 9};
  std::vector<std::uint32_t> forwards, backwards;
  for (std::uint64_t i = 0; i < 100; ++i) forwards.push_back(stream.bits(i));
  for (std::uint64_t i = 100; i-- > 0;) backwards.insert(backwards.begin(), stream.bits(i));
  CHECK(forwards == backwards);
  CHECK(stream.bits(5) == philox(7, 9, 1)[1]);
}

TEST_CASE("uniform numbers are in [0, 1) with the mean and the variance they should have") {
  const RandomStream stream{1, 2};
  const int n = 100000;
  double sum = 0, square = 0;
  float lowest = 1, highest = 0;
  for (int i = 0; i < n; ++i) {
    const float x = stream.uniform(std::uint64_t(i));
    lowest = std::min(lowest, x);
    highest = std::max(highest, x);
    sum += double(x);
    square += double(x) * double(x);
  }
  CHECK(lowest >= 0);
  CHECK(highest < 1);
  CHECK(std::fabs(sum / n - 0.5) < 4 * std::sqrt(1.0 / 12 / n));
  CHECK(std::fabs(square / n - 1.0 / 3) < 4 * std::sqrt(4.0 / 45 / n));
}

TEST_CASE("normal numbers are finite and have mean 0, variance 1 and kurtosis 3") {
  const RandomStream stream{3, 4};
  const int n = 100000;
  double moments[5] = {};
  for (int i = 0; i < n; ++i) {
    const double x = stream.normal(std::uint64_t(i));
    REQUIRE(std::isfinite(x));
    for (int k = 1; k <= 4; ++k) moments[k] += std::pow(x, k) / n;
  }
  CHECK(std::fabs(moments[1]) < 4 / std::sqrt(n));
  CHECK(std::fabs(moments[2] - 1) < 4 * std::sqrt(2.0 / n));
  CHECK(std::fabs(moments[3]) < 4 * std::sqrt(15.0 / n));
  CHECK(std::fabs(moments[4] - 3) < 4 * std::sqrt(96.0 / n));
}

TEST_CASE("scope paths of depth three have streams of their own") {
  std::set<std::uint64_t> seen;
  for (std::uint64_t a = 0; a < 30; ++a)
    for (std::uint64_t b = 0; b < 30; ++b)
      for (std::uint64_t c = 0; c < 30; ++c) seen.insert(scope_hash(scope_hash(scope_hash(0, a), b), c));
  CHECK(seen.size() == 30 * 30 * 30);
}
