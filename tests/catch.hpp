// SPDX-License-Identifier: Apache-2.0
// Catch2 2.13 (Debian 12) or 3 (Ubuntu 24.04), behind one include and by version 3's names.
#pragma once

#include "run_log.hpp"

#include <cstdlib>
#include <string>

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/interfaces/catch_interfaces_capture.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <catch2/matchers/catch_matchers_vector.hpp>

using Catch::Approx;

#define ENCORE_LEAVE_TEST(reason) SKIP(reason)
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

// Version 2 counts the test as passed.
#define ENCORE_LEAVE_TEST(reason)  \
  do {                             \
    WARN("skipped: " << (reason)); \
    return;                        \
  } while (false)
#endif

// Leaves the test case, saying why here and at the end of the run.
#define ENCORE_SKIP(reason)                                                       \
  do {                                                                            \
    run_log::skipped(::Catch::getResultCapture().getCurrentTestName(), (reason)); \
    ENCORE_LEAVE_TEST(reason);                                                    \
  } while (false)

// For what CI has: there it is a failure.
#define ENCORE_SKIP_OUTSIDE_CI(reason)                                  \
  do {                                                                  \
    const char* const ci = std::getenv("CI");                           \
    if (ci && std::string(ci) == "true") FAIL("CI=true: " << (reason)); \
    ENCORE_SKIP(reason);                                                \
  } while (false)
