// SPDX-License-Identifier: Apache-2.0
// The vocabulary of byte-pair tokenizers from before tokenizer.json: vocab.json and merges.txt.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/text/model_json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace encore::text {

// The merges of a merges.txt: two tokens a line, behind a line "#version". Throws FileError, naming the line, for
// others and for bytes that are not UTF-8.
inline BytePairEncoding::MergeList read_merges_file(std::string_view content, const std::string& file_name) {
  BytePairEncoding::MergeList merges;
  for (std::size_t number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("#version") || (line.empty() && content.empty())) continue;
    auto merge = detail::split_merge(line);
    if (merge.first.empty() || merge.second.empty() || !is_valid_utf8(line))
      throw FileError(file_name + ": line " + std::to_string(number) + " is not two tokens with a space between");
    merges.push_back(std::move(merge));
  }
  return merges;
}

// vocab.json: {"token": id, ...}.
inline Vocabulary read_vocabulary_json(const ModelFolder& folder) {
  const std::string name = folder.label("vocab.json");
  return detail::read_vocabulary(JsonObject::with_member("vocab", parse_json(folder.read("vocab.json"), name), name));
}

}  // namespace encore::text
