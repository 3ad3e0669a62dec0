// SPDX-License-Identifier: Apache-2.0
// What a type is called, for what people read.
#pragma once

#include <encore/config.hpp>

#include <string>
#include <string_view>

namespace encore {

// "LayerNorm": the name of a type or template as the compiler spells it, without namespaces and arguments; "?" from a
// compiler that does not say.
template <class P>
std::string type_name() {
#if defined(__GNUC__)
  std::string_view text = __PRETTY_FUNCTION__;  // "... [with P = encore::LayerNorm; ...]" or "[P = encore::LayerNorm]"
  text.remove_prefix(text.find("P = ") + 4);
  text = text.substr(0, text.find_first_of(";]<"));
  if (const std::size_t colon = text.rfind("::"); colon != text.npos) text.remove_prefix(colon + 2);
  return std::string(text);
#else
  return "?";
#endif
}

}  // namespace encore
