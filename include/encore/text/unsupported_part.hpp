// SPDX-License-Identifier: Apache-2.0
// The refusal of a part of tokenizer.json that is of another kind than the supported ones.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace encore::text::detail {

inline constexpr Bounds<std::int64_t> id_bounds{0, INT32_MAX};

[[noreturn]] inline void refuse_type(const JsonObject& part, const std::string& type, std::string_view supported) {
  throw UnsupportedError(part.where("type") + ": " + in_quotes(type) +
                         " is not supported; supported: " + std::string(supported));
}

}  // namespace encore::text::detail
