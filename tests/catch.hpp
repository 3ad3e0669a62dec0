// SPDX-License-Identifier: Apache-2.0
// Catch2 2.13 (Debian 12) or 3 (Ubuntu 24.04), behind one include and by version 3's names.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <catch2/matchers/catch_matchers_vector.hpp>

using Catch::Approx;

#define ENCORE_SKIP(reason) SKIP(reason)
#else
#include <catch2/catch.hpp>

namespace Catch::Matchers {
inline auto ContainsSubstring(const std::string& text, CaseSensitive::Choice sensitive = CaseSensitive::Yes) {
  return Contains(text, sensitive);
}

// Matches an exception whose what() matches `what`.
template <class Matcher>
class MessageMatchesMatcher : public MatcherBase<std::exception> {
 public:
  explicit MessageMatchesMatcher(Matcher what) : what_(std::move(what)) {}
  bool match(const std::exception& e) const override { return what_.match(e.what()); }
  std::string describe() const override { return "has a message that " + what_.toString(); }

 private:
  Matcher what_;
};
template <class Matcher>
MessageMatchesMatcher<Matcher> MessageMatches(Matcher what) {
  return MessageMatchesMatcher<Matcher>(std::move(what));
}
}  // namespace Catch::Matchers

// Leaves the test case, saying why. Version 2 counts it as passed.
#define ENCORE_SKIP(reason)        \
  do {                             \
    WARN("skipped: " << (reason)); \
    return;                        \
  } while (false)
#endif
