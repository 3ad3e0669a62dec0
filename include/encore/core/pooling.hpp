// SPDX-License-Identifier: Apache-2.0
// How a sequence's rows become one: ops/pool.hpp has the formulas.
#pragma once

#include <encore/config.hpp>

#include <cmath>
#include <cstdint>

namespace encore {

enum class Pooling : std::uint8_t { first, mean, max, last, mean_sqrt, weighted_mean };

// Whether a pooling picks one row of a sequence whatever the numbers are.
constexpr bool picks_row(Pooling pooling) { return pooling == Pooling::first || pooling == Pooling::last; }
// The others sum weighted rows and divide, but for the maximum.
constexpr bool sums_rows(Pooling pooling) { return !picks_row(pooling) && pooling != Pooling::max; }
// Of row n, from 0, of a sequence.
constexpr double pooling_weight(Pooling pooling, std::int64_t n) {
  return pooling == Pooling::weighted_mean ? double(n + 1) : 1.0;
}
// What the sum of rows [first, length) of a sequence is divided by.
inline double pooling_divisor(Pooling pooling, std::int64_t first, std::int64_t length) {
  const double count = double(length - first);
  if (pooling == Pooling::weighted_mean) return count * double(length + first + 1) / 2;
  return pooling == Pooling::mean_sqrt ? std::sqrt(count) : count;
}

}  // namespace encore
