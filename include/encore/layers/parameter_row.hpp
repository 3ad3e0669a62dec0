// SPDX-License-Identifier: Apache-2.0
// A parameter of a few numbers as a value that ops can take.
#pragma once

#include <encore/ops/embed.hpp>

#include <cstdint>

namespace encore {

namespace detail {
inline constexpr std::int32_t first_row[] = {0};
}

// The first row of a table: [1, columns].
auto parameter_row(auto& ex, ParameterId table) { return ex.embed(EmbedTerm{table, ex.indices(detail::first_row)}); }

}  // namespace encore
