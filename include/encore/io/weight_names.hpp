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
  // The tensor may differ from the one that a row above this one found: it is then a stale copy, and that one counts.
  bool outranked = false;
};

// A model's table.
struct WeightNames {
  std::vector<WeightName> names{};
  std::vector<std::string_view> prefixes{};  // what may stand before the encoder's names: "bert."
  // Beginnings of published names (prefix taken off) that carry nothing needed; "{}" as above.
  std::vector<std::string_view> ignorable{};
  std::vector<std::string_view> elsewhere{};  // beginnings of our names whose numbers come from other files
  bool own = false;                           // tensors are called as our parameters are; there are no rows
  std::int64_t heads = 1;                     // for Stored::part_by_head
};

// Where a parameter may be in a checkpoint.
struct PublishedName {
  std::string name;
  Stored stored = Stored::as_is;
  std::int64_t part = 0;
  std::int64_t parts = 1;
  bool outranked = false;
};

// The names a parameter may have in a checkpoint, the modern one first: every row of the table that matches, with each
// prefix and without, and the old gamma and beta of norms.
std::vector<PublishedName> published_names(const WeightNames& table, std::string_view ours);

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
std::vector<std::int64_t> published_shape(const PublishedName& name, std::int64_t rows, std::int64_t cols, bool vector);

// Whether a tensor that no parameter reads may be in a file.
bool is_ignorable(const WeightNames& table, std::string_view published);

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/weight_names.hpp>
#endif
