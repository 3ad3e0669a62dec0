// SPDX-License-Identifier: Apache-2.0
// Whose the rows of an output are.
#pragma once

#include <cstdint>

namespace encore {

enum class Rows : std::uint8_t {
  tokens,     // [N, ..]
  sequences,  // [sequences, ..]
};

}  // namespace encore
