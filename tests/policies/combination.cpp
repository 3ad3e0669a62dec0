// SPDX-License-Identifier: Apache-2.0
#include "policies/combination.hpp"

#include "catch.hpp"

#include <encore/testing/properties.hpp>

#include <cxxabi.h>

#include <cstdlib>

namespace policies_test {

std::string readable(const std::type_info& type) {
  char* name = abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr);
  const std::string result = name ? name : type.name();
  std::free(name);
  return result;
}

void check(const Described& described, const AnyEncoder<Reference<double>>& encoder) {
  INFO(described.spec);
  const auto report = encore::testing::check_encoder_function(described.layout, described.shape, encoder);
  CHECK(report.properties.size() == 3);
  CHECK(report.failures() == "");
}

}  // namespace policies_test
