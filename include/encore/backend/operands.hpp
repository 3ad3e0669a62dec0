// SPDX-License-Identifier: Apache-2.0
// What ops tell kernels besides views, the same for every backend.
#pragma once

#include <encore/backend/backend.hpp>
#include <encore/core/norm_kind.hpp>
#include <encore/core/pooling.hpp>

#include <cstdint>

namespace encore {

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
