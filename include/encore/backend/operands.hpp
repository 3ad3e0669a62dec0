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

// A rotation of heads by position whose base grows with the sequence: ops/rotate_by_length.hpp has the formula.
struct LengthRotation {
  std::int64_t head_size = 0;
  std::int64_t rotary = 0;  // r
  bool interleaved = false;
  double base = 10000;
  double factor = 1;
  std::int64_t trained_positions = 0;  // T
};

}  // namespace encore
