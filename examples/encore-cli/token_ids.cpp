// SPDX-License-Identifier: Apache-2.0
#include "token_ids.hpp"

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace encore::cli {

std::vector<Encoding> TokenIdReader::block(std::size_t count, std::size_t tokens) {
  std::vector<Encoding> encodings;
  std::string line;
  for (std::size_t size = 0; encodings.size() < count && size < tokens && lines_.next(line);
       size += encodings.back().ids.size()) {
    encodings.push_back(parse(line));
    check(encodings.back());
  }
  return encodings;
}

Encoding TokenIdReader::parse(const std::string& line) const {
  JsonTree value = parse_json(line, lines_.where());
  const JsonObject object = value->is_array() ? JsonObject::with_member("input_ids", std::move(value), lines_.where())
                                              : JsonObject(std::move(value), lines_.where());
  for (const auto& [key, ignored] : object.value().items())
    if (key != "input_ids" && key != "token_type_ids")
      throw ConfigError(object.where(key) + " is not known; there are input_ids token_type_ids");
  if (!object.has("input_ids")) throw ConfigError(object.where("input_ids") + " is missing, want an array of integers");

  const auto list = [&](const char* key, std::int64_t size, const char* beyond) {
    std::vector<std::int32_t> result;
    for (const std::int64_t id : object.integers(key)) {
      if (id < 0 || id >= size)
        throw InputError(object.where(key + ("[" + std::to_string(result.size()) + "]")) + ": " + std::to_string(id) +
                         " is not in 0.." + std::to_string(size - 1) + beyond);
      result.push_back(std::int32_t(id));
    }
    return result;
  };
  Encoding encoding;
  encoding.ids = list("input_ids", shape_.vocabulary, ", the vocabulary");
  encoding.type_ids = list("token_type_ids", shape_.types > 0 ? shape_.types : 1, ", the token types");
  if (object.has("token_type_ids") && encoding.type_ids.size() != encoding.ids.size())
    throw InputError(object.where("token_type_ids") + ": has " + std::to_string(encoding.type_ids.size()) +
                     " entries, input_ids has " + std::to_string(encoding.ids.size()));
  return encoding;
}

void TokenIdReader::check(const Encoding& encoding) const {
  if (encoding.ids.empty()) throw InputError(lines_.where() + ": key 'input_ids' is empty");
  std::int64_t counted = std::int64_t(encoding.ids.size());
  if (uncounted_) counted -= std::count(encoding.ids.begin(), encoding.ids.end(), *uncounted_);
  if (limit_ && counted > *limit_)
    throw InputError(lines_.where() + ": " + std::to_string(counted) + " tokens, the model takes at most " +
                     std::to_string(*limit_));
}

}  // namespace encore::cli
