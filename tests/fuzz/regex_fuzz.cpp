// SPDX-License-Identifier: Apache-2.0
// A regular expression from a stranger where a tokenizer.json may have one: in a Split, of any behaviour, and in a Replace.
// The first byte chooses; the expression goes up to a zero byte, behind which is a text. It is run or refused, in bounded
// time, and what it makes of texts holds together.
#include "use_tokenizer.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const auto choice = static_cast<unsigned char>(input.front());
  const std::string_view rest = input.substr(1);
  const std::size_t end = rest.find('\0');
  const std::string expression(rest.substr(0, end));
  const std::string_view text = end == rest.npos ? std::string_view() : rest.substr(end + 1);

  constexpr std::array behaviors{"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"};
  using json = nlohmann::json;
  json file{{"model",
             {{"type", "BPE"},
              {"vocab", {{"a", 0}, {"b", 1}, {"ab", 2}, {"\u0120", 3}, {"1", 4}}},
              {"merges", json::array({"a b"})}}},
            {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", json::array()}}}};
  const json pattern{{"Regex", expression}};
  if (choice % 8 == 7)
    file["normalizer"] = {{"type", "Replace"}, {"pattern", pattern}, {"content", choice & 8 ? "ab" : ""}};
  else
    file["pre_tokenizer"]["pretokenizers"].push_back({{"type", "Split"},
                                                      {"pattern", pattern},
                                                      {"behavior", behaviors[choice % behaviors.size()]},
                                                      {"invert", (choice & 8) != 0}});
  file["pre_tokenizer"]["pretokenizers"].push_back({{"type", "ByteLevel"}, {"add_prefix_space", false}});
  std::string written;
  try {
    written = file.dump();
  } catch (const json::exception&) {  // the expression is not UTF-8
    return 0;
  }
  try {
    const encore::Tokenizer tokenizer = encore::Tokenizer::from_json(written);
    fuzzing::use(tokenizer);
    fuzzing::require(encoding_properties::broken(tokenizer, text, text.substr(text.size() / 2)));
  } catch (const encore::Error&) {
  }
  return 0;
}
