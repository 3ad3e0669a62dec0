// SPDX-License-Identifier: Apache-2.0
// The indices of a packed batch, as layers and heads take them.
#pragma once

#include <encore/core/batch.hpp>
#include <encore/ops/op.hpp>

#include <cstdint>
#include <span>

namespace encore {

// The indices of a packed batch, where the backend can read them.
struct BatchIndices {
  Indices ids;         // [N]
  Indices type_ids;    // [N]
  Indices positions;   // [N], from 0 in each sequence
  Indices first_rows;  // [sequences]
  // [N], where the host can read it: few heads upload it.
  std::span<const std::int32_t> sequence_firsts{};
};

// The batch's indices, uploaded where the backend needs them.
template <class Ex>
BatchIndices indices_of(Ex& ex, const Batch& batch) {
  return {ex.indices(batch.ids()), ex.indices(batch.type_ids()), ex.indices(batch.positions()),
          ex.indices(batch.first_rows()), batch.sequence_firsts()};
}

}  // namespace encore
