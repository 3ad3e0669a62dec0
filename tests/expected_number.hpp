// SPDX-License-Identifier: Apache-2.0
// What a test compares with must be a number: beside a NaN or an infinity many an error would be none.
#pragma once

#include <cmath>
#include <stdexcept>

// The value itself; throws std::logic_error where it is not finite.
template <class T>
T expected_number(T value) {
  if (!std::isfinite(value)) throw std::logic_error("the expected value is not a finite number");
  return value;
}
