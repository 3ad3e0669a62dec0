// SPDX-License-Identifier: Apache-2.0
// From the tree of names of a model to the names in published checkpoints, and back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace encore {

// How a published tensor holds one of ours, [rows, cols].
enum class Stored : std::uint8_t {
  as_is,
  part,          // rows of one of several equal parts of a fused tensor
  part_by_head,  // the same, cut head by head: [heads, parts, rows of a head]
  column_part,   // columns of one of several equal parts
  transposed,    // [cols, rows]
  convolution,   // [rows, inputs, width], ours [rows, width * inputs]
  zeros,         // nowhere
};

// One row of a model's table. Patterns match whole components; each "{}" stands for a number: a layer's, say.
struct WeightName {
  std::string_view ours;       // "layers.{}.attention.out"
  std::string_view published;  // "encoder.layer.{}.attention.output.dense"
  Stored stored = Stored::as_is;
  std::int64_t part = 0;   // of a fused tensor
  std::int64_t parts = 1;  // that it has
};

// A model's table.
struct WeightNames {
  std::vector<WeightName> names{};
  std::vector<std::string_view> prefixes{};  // what may stand before the encoder's names: "bert."
  // Beginnings of published names (prefix taken off) that carry nothing needed; "{}" as above.
  std::vector<std::string_view> ignorable{};
  std::vector<std::string_view> elsewhere{};  // beginnings of our names whose numbers come from other files
  std::int64_t heads = 1;                     // for Stored::part_by_head
};

// Where a parameter may be in a checkpoint.
struct PublishedName {
  std::string name;
  Stored stored = Stored::as_is;
  std::int64_t part = 0;
  std::int64_t parts = 1;
};

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

// The names a parameter may have in a checkpoint, the modern one first: every row of the table that matches, with each
// prefix and without, and the old gamma and beta of norms.
inline std::vector<PublishedName> published_names(const WeightNames& table, std::string_view ours) {
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
        result.push_back({std::string(prefix) + full, row.stored, row.part, row.parts});
      result.push_back({full, row.stored, row.part, row.parts});
    };
    add(name + std::string(rest));
    if (name.ends_with("LayerNorm")) add(name + (rest == ".weight" ? ".gamma" : ".beta"));
  }
  return result;
}

// Our rows of a published tensor, given whole.
template <class S>
void arrange_weights(const PublishedName& name, std::span<const S> whole, std::span<S> ours, std::int64_t cols,
                     std::int64_t heads) {
  const std::size_t width = std::size_t(cols);
  const std::size_t rows = ours.size() / width;
  const auto copy_row = [&](std::size_t from, std::size_t to) {
    std::copy_n(whole.begin() + std::ptrdiff_t(from * width), width, ours.begin() + std::ptrdiff_t(to * width));
  };
  switch (name.stored) {
    case Stored::as_is: std::copy(whole.begin(), whole.end(), ours.begin()); break;
    case Stored::part:
      for (std::size_t r = 0; r < rows; ++r) copy_row(std::size_t(name.part) * rows + r, r);
      break;
    case Stored::part_by_head: {
      const std::size_t of_head = rows / std::size_t(heads);
      for (std::size_t r = 0; r < rows; ++r)
        copy_row((r / of_head * std::size_t(name.parts) + std::size_t(name.part)) * of_head + r % of_head, r);
      break;
    }
    case Stored::column_part:
      for (std::size_t r = 0; r < rows; ++r)
        std::copy_n(whole.begin() + std::ptrdiff_t((r * std::size_t(name.parts) + std::size_t(name.part)) * width),
                    width, ours.begin() + std::ptrdiff_t(r * width));
      break;
    case Stored::transposed:
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < width; ++c) ours[r * width + c] = whole[c * rows + r];
      break;
    case Stored::convolution: {
      const std::size_t inputs = width / std::size_t(name.parts);
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t k = 0; k < std::size_t(name.parts); ++k)
          for (std::size_t i = 0; i < inputs; ++i)
            ours[r * width + k * inputs + i] = whole[(r * inputs + i) * std::size_t(name.parts) + k];
      break;
    }
    case Stored::zeros: std::fill(ours.begin(), ours.end(), S(0)); break;
  }
}

// The shape that a tensor of that name has for our [rows, cols] (or [rows] of a vector).
inline std::vector<std::int64_t> published_shape(const PublishedName& name, std::int64_t rows, std::int64_t cols,
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

// Whether a tensor that no parameter reads may be in a file.
inline bool is_ignorable(const WeightNames& table, std::string_view published) {
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
