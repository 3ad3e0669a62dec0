// SPDX-License-Identifier: Apache-2.0
// Which normalisation of rows a norm is: ops/norm.hpp has the formulas.
#pragma once

#include <encore/config.hpp>

#include <cstdint>

namespace encore {

enum class NormKind : std::uint8_t { layer, rms, none };

}  // namespace encore
