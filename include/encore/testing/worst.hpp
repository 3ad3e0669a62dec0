// SPDX-License-Identifier: Apache-2.0
// The worst of several errors. std::fmax and std::max would forget a NaN, and a check with them would pass.
#pragma once

#include <encore/config.hpp>

#include <cmath>

namespace encore::testing {

// The larger of two errors; a NaN is worse than any number.
inline double worst_of(double a, double b) { return std::isnan(a) || a >= b ? a : b; }

}  // namespace encore::testing
