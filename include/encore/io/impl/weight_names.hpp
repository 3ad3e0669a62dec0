// SPDX-License-Identifier: Apache-2.0
// The bodies of io/weight_names.hpp.
#pragma once

#include <encore/config.hpp>
#include <encore/io/weight_names.hpp>

namespace encore {

namespace detail {

// Whether a name begins so, each "{}" standing for a number.
inline bool begins_with(std::string_view name, std::string_view beginning) {
  for (std::size_t hole; (hole = beginning.find("{}")) != beginning.npos; beginning.remove_prefix(hole + 2)) {
    if (!name.starts_with(beginning.substr(0, hole))) return false;
    name.remove_prefix(hole);
    const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
    if (digits == 0) return false;
    name.remove_prefix(digits);
  }
  return name.starts_with(beginning);
}

// The rest of `name` behind `pattern`, the numbers at each "{}" in `numbers`; false where it does not match.
inline bool match_name(std::string_view pattern, std::string_view name, std::vector<std::string_view>& numbers,
                       std::string_view& rest) {
  numbers.clear();
  while (!pattern.empty()) {
    if (pattern.substr(0, 2) == "{}") {
      const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
      if (digits == 0) return false;
      numbers.push_back(name.substr(0, digits));
      name.remove_prefix(digits);
      pattern.remove_prefix(2);
    } else {
      if (name.empty() || name.front() != pattern.front()) return false;
      name.remove_prefix(1);
      pattern.remove_prefix(1);
    }
  }
  if (!name.empty() && name.front() != '.') return false;
  rest = name;
  return true;
}

}  // namespace detail

ENCORE_INLINE std::vector<PublishedName> published_names(const WeightNames& table, std::string_view ours) {
  if (table.own) return {{std::string(ours)}};
  std::vector<PublishedName> result;
  std::vector<std::string_view> numbers;
  for (const WeightName& row : table.names) {
    std::string_view rest;
    if (!detail::match_name(row.ours, ours, numbers, rest)) continue;
    std::string name(row.published);
    for (const std::string_view number : numbers)
      if (const std::size_t hole = name.find("{}"); hole != name.npos) name.replace(hole, 2, number);
    const auto add = [&](const std::string& full) {
      for (std::string_view prefix : table.prefixes)
        result.push_back({std::string(prefix) + full, row.stored, row.part, row.parts, row.outranked});
      result.push_back({full, row.stored, row.part, row.parts, row.outranked});
    };
    add(name + std::string(rest));
    if (name.ends_with("LayerNorm")) add(name + (rest == ".weight" ? ".gamma" : ".beta"));
  }
  return result;
}

ENCORE_INLINE std::vector<std::int64_t> published_shape(const PublishedName& name, std::int64_t rows, std::int64_t cols,
                                                        bool vector) {
  switch (name.stored) {
    case Stored::part:
    case Stored::part_by_head: rows *= name.parts; break;
    case Stored::column_part: cols *= name.parts; break;
    case Stored::transposed: return {cols, rows};
    case Stored::convolution: return {rows, cols / name.parts, name.parts};
    default: break;
  }
  return vector ? std::vector<std::int64_t>{rows} : std::vector<std::int64_t>{rows, cols};
}

ENCORE_INLINE bool is_ignorable(const WeightNames& table, std::string_view published) {
  auto listed = [&](std::string_view name) {
    for (std::string_view beginning : table.ignorable)
      if (detail::begins_with(name, beginning)) return true;
    return false;
  };
  if (listed(published)) return true;
  for (std::string_view prefix : table.prefixes)
    if (published.starts_with(prefix) && listed(published.substr(prefix.size()))) return true;
  return false;
}

}  // namespace encore
