// SPDX-License-Identifier: Apache-2.0
// A parameter of a few numbers as a value that ops can take.
#pragma once

#include <encore/ops/embed.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

namespace encore {

namespace detail {
inline constexpr std::int32_t first_row_numbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
}

// The first `count` rows of a table: [count, columns].
template <std::size_t count>
auto parameter_rows(auto& ex, ParameterId table) {
  static_assert(count <= std::size(detail::first_row_numbers), "encore: at most 8 rows of a parameter become a value");
  return ex.embed(EmbedTerm{table, ex.indices(std::span(detail::first_row_numbers).first(count))});
}
// The first: [1, columns].
auto parameter_row(auto& ex, ParameterId table) { return parameter_rows<1>(ex, table); }

}  // namespace encore
