// SPDX-License-Identifier: Apache-2.0
// What a model makes of a word.
#pragma once

#include <encore/text/normalized_text.hpp>

#include <cstdint>

namespace encore::text {

// A token of a text: which, and of which bytes of the normalised text.
struct TokenSpan {
  std::int32_t id;
  ByteRange range;
};

}  // namespace encore::text
