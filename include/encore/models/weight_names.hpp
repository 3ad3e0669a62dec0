// SPDX-License-Identifier: Apache-2.0
// From the tree of names of a model to the names in published checkpoints, and back.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace encore {

// One row of a model's table. Patterns match whole components; "{}" stands for a layer's number.
struct WeightName {
  std::string_view ours;       // "layers.{}.attention.out"
  std::string_view published;  // "encoder.layer.{}.attention.output.dense"
};

// A model's table.
struct WeightNames {
  std::vector<WeightName> names;
  std::vector<std::string_view> prefixes;  // what may stand before the encoder's names: "bert."
  std::vector<std::string_view>
      ignorable;  // beginnings of published names (prefix taken off) that carry nothing needed
  std::vector<std::string_view> elsewhere;  // beginnings of our names whose numbers come from other files
};

namespace detail {

// The rest of `name` behind `pattern`, the number at "{}" in `number`; nothing where it does not match.
inline bool match_name(std::string_view pattern, std::string_view name, std::string_view& number,
                       std::string_view& rest) {
  while (!pattern.empty()) {
    if (pattern.substr(0, 2) == "{}") {
      const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
      if (digits == 0) return false;
      number = name.substr(0, digits);
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

// The names a parameter may have in a checkpoint, the modern one first: every row of the table that matches, with each
// prefix and without, and the old gamma and beta of norms.
inline std::vector<std::string> published_names(const WeightNames& table, std::string_view ours) {
  std::vector<std::string> result;
  auto with_prefixes = [&](const std::string& name) {
    for (std::string_view prefix : table.prefixes) result.push_back(std::string(prefix) + name);
    result.push_back(name);
  };
  for (const WeightName& row : table.names) {
    std::string_view number;
    std::string_view rest;
    if (!detail::match_name(row.ours, ours, number, rest)) continue;
    std::string name(row.published);
    if (const std::size_t hole = name.find("{}"); hole != name.npos) name.replace(hole, 2, number);
    with_prefixes(name + std::string(rest));
    if (name.ends_with("LayerNorm")) with_prefixes(name + (rest == ".weight" ? ".gamma" : ".beta"));
  }
  return result;
}

// Whether a tensor that no parameter reads may be in a file.
inline bool is_ignorable(const WeightNames& table, std::string_view published) {
  auto listed = [&](std::string_view name) {
    for (std::string_view beginning : table.ignorable)
      if (name.starts_with(beginning)) return true;
    return false;
  };
  if (listed(published)) return true;
  for (std::string_view prefix : table.prefixes)
    if (published.starts_with(prefix) && listed(published.substr(prefix.size()))) return true;
  return false;
}

}  // namespace encore
