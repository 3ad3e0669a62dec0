// SPDX-License-Identifier: Apache-2.0
// The test data that make_expectations.py wrote (its docstring has the formats), and digests to compare with it.
#pragma once

#include "archive.hpp"

#include <catch.hpp>

#include <encore/io/file.hpp>
#include <encore/io/json.hpp>
#include <encore/text/tokenizer.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace expectations {

// Of a tokenizer, "roberta-base/vocab.json", or of all of them, "texts.json".
inline std::string read(const std::string& file) {
  return file.find('/') != file.npos ? test_data::read("tokenizers/" + file)
                                     : encore::read_file(ENCORE_TEST_DATA "/tokenizers/" + file, std::size_t{16} << 20);
}
inline std::string folder(const std::string& name) { return test_data::unpacked("tokenizers/" + name).string(); }
inline nlohmann::json json(const std::string& file) { return nlohmann::json::parse(read(file)); }

// CRC-32 as in zlib, to be continued from the last result.
inline std::uint32_t crc32(std::string_view bytes, std::uint32_t crc = 0) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      made[i] = i;
      for (int bit = 0; bit < 8; ++bit) made[i] = made[i] & 1 ? made[i] >> 1 ^ 0xedb88320u : made[i] >> 1;
    }
    return made;
  }();
  crc = ~crc;
  for (const char c : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc;
}

inline std::string expand(const nlohmann::json& text) {
  if (text.is_string()) return text;
  std::string all;
  for (int i = text["times"]; i > 0; --i) all += text["repeat"].get_ref<const std::string&>();
  return all;
}

// The texts of texts.json: the chosen ones ("texts") or the random ones ("random").
inline std::vector<std::string> texts(const char* which) {
  const nlohmann::json file = json("texts.json");
  std::vector<std::string> all;
  for (const auto& text : file[which]) all.push_back(expand(text));
  return all;
}

// A tokenizer of the test data, and what the Hugging Face library makes of the texts with it.
struct Case {
  std::string name;
  encore::Tokenizer tokenizer;
  nlohmann::json expected;
};

inline const std::vector<std::string> names{"bert-base-uncased",
                                            "bert-base-cased",
                                            "bert-base-chinese",
                                            "bert-base-multilingual-cased",
                                            "albert-japanese-tinysegmenter",
                                            "albert-japanese-tinysegmenter-character",
                                            "deberta-v2-large-japanese-char-wwm",
                                            "roberta-base",
                                            "modernbert-base",
                                            "t5-small",
                                            "albert-base-v2",
                                            "deberta-v3-base",
                                            "xlm-roberta-invented"};

inline Case load(const std::string& name) {
  nlohmann::json expected = json(name + "/expected.json");
  const std::string file = expected["file"];
  const std::string how = expected["read_as"];
  auto tokenizer = how == "json" ? encore::Tokenizer::from_json(read(file), file)
                                 : encore::Tokenizer::from_vocabulary(read(file), {.lowercase = how == "vocab"}, file);
  return {name, std::move(tokenizer), std::move(expected)};
}

inline nlohmann::json flat(const std::vector<encore::Span>& spans) {
  auto all = nlohmann::json::array();
  for (const auto& [begin, end] : spans) {
    all.push_back(begin);
    all.push_back(end);
  }
  return all;
}

inline nlohmann::json compact(const encore::Encoding& encoding) {
  return nlohmann::json::array({encoding.ids, flat(encoding.offsets), encoding.word_ids});
}

// Checks an encoding against an entry of the data.
inline void check(const encore::Tokenizer& tokenizer, const encore::Encoding& encoding,
                  const nlohmann::json& expected) {
  const nlohmann::json found = compact(encoding);
  if (expected.is_object()) {
    CHECK(encoding.ids.size() == expected["count"]);
    CHECK(crc32(found.dump()) == expected["crc"]);
    return;
  }
  CHECK(found[0].dump() == expected[0].dump());
  CHECK(found[1].dump() == expected[1].dump());
  CHECK(found[2].dump() == expected[2].dump());
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    const auto key = std::to_string(i);
    const bool other = expected.size() > 3 && expected[3].contains(key);
    CHECK(encoding.tokens[i] == (other ? expected[3][key].get<std::string>() : tokenizer.token_of(encoding.ids[i])));
  }
}

}  // namespace expectations
