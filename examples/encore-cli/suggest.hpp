// SPDX-License-Identifier: Apache-2.0
// What a mistyped word was meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace encore::cli {

// The word of `known` that is nearest: at most two letters, or a third of the word's, are wrong, missing, too many or
// exchanged with their neighbour; or the one that it begins. "" where there is none.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace encore::cli
