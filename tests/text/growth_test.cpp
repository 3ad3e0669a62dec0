// SPDX-License-Identifier: Apache-2.0
// What rules may make of a text: a chain of them that multiplies it ends in an error, the most that published ones do
// does not.
#include "catch.hpp"

#include <encore/text/normalizer.hpp>
#include <encore/text/tokenizer.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using encore::InputError;
using encore::Tokenizer;
using nlohmann::json;
using namespace encore::text;

namespace {

Tokenizer with_normalizers(const json& normalizers) {
  const json file{{"added_tokens", json::array()},
                  {"normalizer", {{"type", "Sequence"}, {"normalizers", normalizers}}},
                  {"model",
                   {{"type", "WordPiece"},
                    {"unk_token", "u"},
                    {"continuing_subword_prefix", "##"},
                    {"max_input_chars_per_word", 100},
                    {"vocab", {{"u", 0}, {"a", 1}}}}}};
  return Tokenizer::from_json(file.dump());
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

std::vector<std::int32_t> ids(const Tokenizer& tokenizer, const std::string& text) {
  encore::TokenizerWorkspace workspace;
  encore::Encoding encoding;
  tokenizer.encode_ids(text, encoding, workspace);
  return encoding.ids;
}

}  // namespace

TEST_CASE("A chain of rules that multiplies a text is an error that names the bytes allowed", "[growth]") {
  json replaces = json::array();
  json prepends = json::array();
  for (int i = 0; i < 9; ++i) {
    replaces.push_back({{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aaaaaaaaaa"}});
    prepends.push_back({{"type", "Prepend"}, {"prepend", std::string(200'000, 'a')}});
  }
  // 2^20 and 32 for the one byte of the text
  const auto says = MessageMatches(ContainsSubstring("the tokenizer's rules make more than 1048608 bytes of a text"));
  CHECK_THROWS_MATCHES(with_normalizers(replaces).encode("a"), InputError, says);
  CHECK_THROWS_MATCHES(with_normalizers(replaces).encode("a"), InputError, says);
  CHECK_THROWS_MATCHES(with_normalizers(prepends).encode("a"), InputError, says);
  replaces.erase(replaces.begin() + 6, replaces.end());
  CHECK_NOTHROW(with_normalizers(replaces).encode("a"));
}

TEST_CASE("The limit of a text does not depend on the texts before it", "[growth]") {
  const json replaces(7, {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aaaaaaaaaa"}});
  const Tokenizer tokenizer = with_normalizers(replaces);
  encore::TokenizerWorkspace workspace;
  encore::Encoding encoding;
  tokenizer.encode_ids(repeated("b", 300'000), encoding, workspace);  // may grow to 10 MB
  CHECK_THROWS_AS(tokenizer.encode_ids("a", encoding, workspace), InputError);
}

TEST_CASE("Pre-tokenisers that put something before every piece are held to the limit too", "[growth]") {
  json steps = json::array();
  for (int i = 0; i < 40; ++i) {  // "1" -> "21" -> "3231" -> ..
    steps.push_back({{"type", "Digits"}, {"individual_digits", true}});
    steps.push_back(
        {{"type", "Metaspace"}, {"replacement", i % 2 ? "3" : "2"}, {"prepend_scheme", "always"}, {"split", false}});
  }
  json file{{"added_tokens", json::array()},
            {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", steps}}},
            {"model",
             {{"type", "WordPiece"},
              {"unk_token", "u"},
              {"continuing_subword_prefix", "##"},
              {"max_input_chars_per_word", 100},
              {"vocab", {{"u", 0}, {"a", 1}}}}}};
  CHECK_THROWS_MATCHES(ids(Tokenizer::from_json(file.dump()), "1"), InputError,
                       MessageMatches(ContainsSubstring("more than 1048608 bytes")));
}

TEST_CASE("The character that grows most by published rules keeps within the limit, however many there are",
          "[growth]") {
  const Normalizer normalizer({Decomposition{.compatibly = true}, ByteCharacters{}});
  const CharacterClasses classes;
  Normalizer::Memory memory;
  NormalizedText out;
  const std::string text = repeated("\xef\xb7\xba", 100'000);  // U+FDFA: 18 code points, 33 bytes, two for each
  normalizer({text}, classes, true, memory, out);
  CHECK(out.size() == 22 * text.size());
}
