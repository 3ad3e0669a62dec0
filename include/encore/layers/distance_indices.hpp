// SPDX-License-Identifier: Apache-2.0
// Which row of a table belongs to which distance of two tokens, for the sequences at hand.
#pragma once

#include <encore/core/error.hpp>
#include <encore/core/layout.hpp>
#include <encore/ops/embed.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace encore {

// Indices of a table's rows by distance: those of -(n - 1) .. n - 1 for a longest sequence of n tokens, of which shorter
// batches read the middle. Made when a longer sequence than before asks for them, so that neither a config's number
// nor a limit decides how many there are.
class DistanceIndices {
 public:
  static constexpr std::int64_t endless = std::numeric_limits<std::int32_t>::max();

  // row(distance) for distances between `positions` positions; it is kept and called later: let it capture by value.
  DistanceIndices(std::int64_t positions, std::function<std::int64_t(std::int64_t distance)> row)
      : positions_(positions), state_(std::make_shared<State>()) {
    state_->row = std::move(row);
  }
  // Those that a sequence of `longest` tokens has, [2 longest - 1]; any thread may ask. Throws InputError beyond the
  // positions.
  std::span<const std::int32_t> up_to(std::int64_t longest) const {
    if (longest > positions_)
      throw InputError("a sequence of " + std::to_string(longest) + " tokens is longer than the relative table for " +
                       std::to_string(positions_) + " positions");
    const std::lock_guard lock(state_->mutex);
    std::int64_t made = state_->made();
    if (longest > made) {
      made = std::min(std::max({longest, 2 * made, std::int64_t{256}}), positions_);
      std::vector<std::int32_t> rows;
      rows.reserve(std::size_t(2 * made - 1));
      for (std::int64_t e = -(made - 1); e < made; ++e) rows.push_back(std::int32_t(state_->row(e)));
      state_->rows.push_back(std::move(rows));
    }
    return std::span<const std::int32_t>(state_->rows.back())
        .subspan(std::size_t(made - longest), std::size_t(2 * longest - 1));
  }

 private:
  struct State {
    std::function<std::int64_t(std::int64_t)> row;
    std::mutex mutex;
    std::vector<std::vector<std::int32_t>> rows;  // the last is the longest; passes may still read the others
    std::int64_t made() const { return rows.empty() ? 0 : std::int64_t(rows.back().size() + 1) / 2; }
  };
  std::int64_t positions_;
  std::shared_ptr<State> state_;  // policies are copied, and batches keep pointing at it
};

// The rows of a table by distance, as an embedding: [2 longest - 1, columns of the table].
template <class Ex>
auto embed_distances(Ex& ex, ParameterId table, const DistanceIndices& indices) {
  return ex.embed(EmbedTerm{table, ex.indices(indices.up_to(ex.segments().longest()))});
}

}  // namespace encore
