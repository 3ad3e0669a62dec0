// SPDX-License-Identifier: Apache-2.0
// What the readers of tokenizer.json's parts share: parts that may be missing, steps in order, the refusal of other
// kinds.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace encore::text::detail {

inline constexpr Bounds<std::int64_t> id_bounds{0, INT32_MAX};

// A part that may be left out, or null.
inline std::optional<JsonObject> optional_part(const JsonObject& file, std::string_view key) {
  if (!file.nullable().has(key)) return std::nullopt;
  return file.object(key);
}
// The steps of a Sequence.
inline std::vector<JsonObject> steps_of(const JsonObject& part, std::string_view key) {
  if (!part.has(key)) throw part.error(key, "is missing, want a list of parts");
  return part.objects(key);
}

[[noreturn]] inline void refuse_type(const JsonObject& part, const std::string& type, std::string_view supported) {
  throw UnsupportedError(part.where("type") + ": " + in_quotes(type) +
                         " is not supported; supported: " + std::string(supported));
}

}  // namespace encore::text::detail
