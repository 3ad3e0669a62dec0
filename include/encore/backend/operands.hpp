// SPDX-License-Identifier: Apache-2.0
// What ops tell kernels besides views, the same for every backend.
#pragma once

#include <encore/backend/backend.hpp>

#include <cstdint>

namespace encore {

// Which normalisation of rows: ops/norm.hpp has the formulas.
enum class NormKind : std::uint8_t { layer, rms, none };

// How a sequence's rows become one.
enum class Pooling : std::uint8_t { first, mean, max, last };

// Whether a pooling picks one row of a sequence whatever the numbers are.
constexpr bool picks_row(Pooling pooling) { return pooling == Pooling::first || pooling == Pooling::last; }

// One summand of an embedding: rows of `table` at indices[n] + offset.
template <class S>
struct LookupTerm {
  const S* table = nullptr;  // [*, width]
  Indices indices;
  std::int64_t offset = 0;
};

}  // namespace encore
