// SPDX-License-Identifier: Apache-2.0
// Rows that are added to the same target, gathered on the host so that each target's sum is made in one fixed order
// (an atomic addition would make gradients differ from run to run). Long groups are cut into parts.
#pragma once

#include <encore/config.hpp>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace encore::cuda {

struct RowGroups {
  static constexpr std::int32_t part_rows = 64;

  std::vector<std::int32_t> order;         // rows by target, ascending within one
  std::vector<std::int32_t> part_begins;   // in `order`, one more than parts
  std::vector<std::int32_t> group_begins;  // in parts, one more than groups
  std::vector<std::int32_t> targets;       // of groups

  RowGroups(std::span<const std::int32_t> keys, std::int64_t offset) : order(keys.size()) {
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int32_t a, std::int32_t b) { return keys[std::size_t(a)] < keys[std::size_t(b)]; });
    const auto key = [&](std::size_t i) { return keys[std::size_t(order[i])]; };
    for (std::size_t i = 0; i < order.size(); ++i) {
      const bool begins = i == 0 || key(i) != key(i - 1);
      if (begins) {
        group_begins.push_back(std::int32_t(part_begins.size()));
        targets.push_back(std::int32_t(key(i) + offset));
      }
      if (begins || std::int32_t(i) - part_begins.back() == part_rows) part_begins.push_back(std::int32_t(i));
    }
    group_begins.push_back(std::int32_t(part_begins.size()));
    part_begins.push_back(std::int32_t(order.size()));
  }
  std::int64_t parts() const { return std::int64_t(part_begins.size()) - 1; }
  std::int64_t count() const { return std::int64_t(targets.size()); }
};

}  // namespace encore::cuda
