// SPDX-License-Identifier: Apache-2.0
// The vocabulary of tokenizers from before tokenizer.json: vocab.txt, a token a line.
#pragma once

#include <encore/core/error.hpp>
#include <encore/text/character_classes.hpp>
#include <encore/text/utf8.hpp>
#include <encore/text/vocabulary.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

// The tokens of a vocab.txt: one a line, without white space at its end; ids from 0. Of equal lines the last counts.
// (So does the tokenizers library, and transformers since version 5, read it; version 4 kept that white space.) Throws
// FileError, naming the line, for bytes that are not UTF-8.
inline Vocabulary read_vocabulary_file(std::string_view content, const std::string& file_name) {
  std::vector<std::string_view> lines;
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    std::string_view line = content.substr(0, end);
    if (!is_valid_utf8(line))
      throw FileError(file_name + ": line " + std::to_string(lines.size() + 1) + " is not UTF-8");
    for (const char* at = line.data() + line.size(); !line.empty();) {
      if (!detail::within(white_space_characters, decode_before(line.data(), at))) break;
      line = line.substr(0, std::size_t(at - line.data()));
    }
    lines.push_back(line);
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  std::vector<std::pair<std::string_view, std::size_t>> order;
  for (std::size_t i = 0; i < lines.size(); ++i) order.emplace_back(lines[i], i);
  std::sort(order.begin(), order.end());
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < order.size(); ++i)
    if (i + 1 == order.size() || order[i + 1].first != order[i].first)
      entries.emplace_back(std::string(order[i].first), std::int32_t(order[i].second));
  if (entries.empty()) throw FileError(file_name + ": holds no tokens");
  return Vocabulary(std::move(entries), file_name);
}

}  // namespace encore::text
