// SPDX-License-Identifier: Apache-2.0
// Regular expressions against the Hugging Face library, whose answers make_regex_expectations.py wrote.
#include "expectations.hpp"

#include <encore/text/pre_tokenizer.hpp>
#include <encore/text/text_edits.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace encore::text;

namespace {

SplitBehavior behavior_of(const std::string& name) {
  if (name == "removed") return SplitBehavior::removed;
  if (name == "isolated") return SplitBehavior::isolated;
  if (name == "merged_with_previous") return SplitBehavior::merged_with_previous;
  return name == "merged_with_next" ? SplitBehavior::merged_with_next : SplitBehavior::contiguous;
}

std::string replaced(const std::string& expression, const std::string& content, const std::string& text) {
  NormalizedText out;
  out.clear(true, most_bytes_of(text.size()));
  OrderMemory memory;
  Replace{Pattern::expression(expression, "test"), content}({text}, CharacterClasses(), memory, out);
  return std::string(out.bytes());
}

}  // namespace

TEST_CASE("texts are split where the Hugging Face library splits them", "[regex]") {
  const CharacterClasses classes;
  const auto cases = expectations::json("regular_expressions.json");
  REQUIRE(cases["splits"].size() > 450);
  for (const auto& entry : cases["splits"]) {
    INFO(entry.dump());
    const std::string text = entry[3];
    const Split split{Pattern::expression(entry[0].get<std::string>(), "test"), behavior_of(entry[1]), entry[2]};
    std::vector<ByteRange> pieces;
    split(text, {0, std::uint32_t(text.size())}, classes, pieces);
    std::vector<std::size_t> places;
    for (const ByteRange piece : pieces)
      for (const std::size_t place : {piece.begin, piece.end})
        places.push_back(count_code_points(std::string_view(text).substr(0, place)));
    CHECK(nlohmann::json(places).dump() == entry[4].dump());
  }
}

TEST_CASE("matches are replaced as the Hugging Face library replaces them", "[regex]") {
  const auto cases = expectations::json("regular_expressions.json");
  REQUIRE(cases["replacements"].size() > 10);
  for (const auto& entry : cases["replacements"]) {
    INFO(entry.dump());
    CHECK(replaced(entry[0], entry[1], entry[2]) == entry[3].get<std::string>());
  }
}

TEST_CASE("classes hold the characters of Unicode 14 that the Hugging Face library has in them", "[regex]") {
  const auto file = expectations::json("regular_expressions.json");
  const auto& ranges = file["assigned"][0];
  std::string text;
  for (std::size_t i = 0; i < ranges.size(); i += 2)
    for (char32_t c = ranges[i]; c <= ranges[i + 1].get<char32_t>(); ++c) {
      char bytes[4];
      text.append(bytes, std::size_t(encode(c, bytes)));
    }
  REQUIRE(file["classes"].size() > 80);
  for (const auto& entry : file["classes"]) {
    INFO(entry.dump());
    const RegularExpression expression(entry[0].get<std::string>(), "test");
    std::uint32_t crc = 0;
    expression.for_each_match(text, [&](ByteRange range, bool match) {
      if (!match) crc = expectations::crc32(std::string_view(text).substr(range.begin, range.size()), crc);
    });
    CHECK(crc == entry[1].get<std::uint32_t>());
  }
}

TEST_CASE("what is no regular expression is refused by name", "[regex]") {
  const auto cases = expectations::json("regular_expressions.json");
  REQUIRE(cases["refused"].size() > 20);
  for (const auto& expression : cases["refused"]) {
    INFO(expression.dump());
    CHECK_THROWS_AS(Pattern::expression(expression.get<std::string>(), "test"), encore::UnsupportedError);
  }
}

TEST_CASE("an expression that backtracks without end over a text is refused in a sentence", "[regex]") {
  const auto [expression, letter] = GENERATE(table<std::string, std::string>({{"(a+)+[b!][b?]", "a"},
                                                                              {"(?:a|a)*[b!][b?]", "a"},
                                                                              {"(?:.*?,)*[b!][b?]", ","},
                                                                              {"(?:\\s|\\s\\s)+[;!][?;]", " "}}));
  INFO(expression);
  const RegularExpression runaway(expression, "tokenizer.json: key 'pattern.Regex'");
  std::string text;
  for (int i = 0; i < 5000; ++i) text += letter;
  CHECK_THROWS_WITH(runaway.for_each_match(text + "!", [](ByteRange, bool) {}),
                    "tokenizer.json: key 'pattern.Regex': the regular expression takes too many steps on a text");
  std::size_t matched = 0;
  runaway.for_each_match("!", [&](ByteRange, bool match) { matched += match; });
  CHECK(matched == 0);
}

TEST_CASE("a match may be as long as the text", "[regex]") {
  const RegularExpression expression("(?:\\w|')+", "test");
  std::string text;
  while (text.size() < 200'000) text += "it's";
  std::size_t longest = 0;
  expression.for_each_match(text, [&](ByteRange range, bool match) { longest = match ? range.size() : 0; });
  CHECK(longest == text.size());
}

TEST_CASE("one expression is run by several threads at once", "[regex]") {
  const RegularExpression expression("\\p{L}+|\\d{1,3}", "test");
  std::vector<std::size_t> counts(5);
  std::vector<std::thread> threads;
  for (auto& count : counts)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i)
        expression.for_each_match("ab 12345 c", [&](ByteRange, bool match) { count += match; });
    });
  for (auto& thread : threads) thread.join();
  for (const std::size_t count : counts) CHECK(count == 800);
}
