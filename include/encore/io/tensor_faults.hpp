// SPDX-License-Identifier: Apache-2.0
// What of a file's tensors does not match, in words that stay short and on one line whatever the file holds.
#pragma once

#include <encore/io/json.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace encore::detail {

// A tensor's name: 'encoder.layer.0.attention.self.query.weight'.
inline std::string tensor_in_quotes(std::string_view name) {
  const std::string quoted = in_quotes(name, 200);
  return "'" + quoted.substr(1, quoted.rfind('"') - 1) + "'" + quoted.substr(quoted.rfind('"') + 1);
}

// "; 95 missing: a, b, c, d, e and 90 more"; "" for none.
inline std::string tensor_faults(std::string_view what, const std::vector<std::string>& tensors) {
  if (tensors.empty()) return {};
  constexpr std::size_t most = 5;
  std::string text = "; " + std::to_string(tensors.size()) + " " + std::string(what) + ":";
  for (std::size_t i = 0; i < std::min(tensors.size(), most); ++i) text += (i ? ", " : " ") + tensors[i];
  if (tensors.size() > most) text += " and " + std::to_string(tensors.size() - most) + " more";
  return text;
}

}  // namespace encore::detail
