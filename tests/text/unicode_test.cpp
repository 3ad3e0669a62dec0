// SPDX-License-Identifier: Apache-2.0
// What normalisers and pre-tokenisers do to every code point there is, against the Hugging Face library; and UTF-8.
#include "expectations.hpp"

#include <encore/text/normalizer.hpp>
#include <encore/text/pre_tokenizer.hpp>
#include <encore/text/utf8.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace encore::text;

namespace {

std::string utf8(char32_t c) {
  char bytes[4];
  return std::string(bytes, std::size_t(encode(c, bytes)));
}

// CRC-32 of result(c) for the code points of a block of 4096, a line each.
void check_blocks(const std::string& name, const std::function<std::string(const std::string&)>& result) {
  static const auto digests = expectations::json("unicode.json");
  for (char32_t block = 0; block < 0x110000; block += 0x1000) {
    std::uint32_t crc = 0;
    for (char32_t c = block; c < block + 0x1000; ++c)
      if (c < 0xd800 || c > 0xdfff) crc = expectations::crc32(result(utf8(c)) + "\n", crc);
    INFO(name << ": the block that begins with code point " << std::hex << std::uint32_t(block));
    CHECK(crc == digests.at(name).at(block >> 12));
  }
}

}  // namespace

TEST_CASE("normalisers do to every code point what the Hugging Face library does", "[unicode]") {
  const CharacterClasses classes;
  const std::vector<std::pair<std::string, NormalizerStep>> all{
      {"bert", BertNormalizer({})},
      {"bert_plain", BertNormalizer({.strip_accents = false, .lowercase = false})},
      {"bert_strip", BertNormalizer({.clean_text = false, .handle_chinese_chars = false, .lowercase = false})},
      {"Lowercase", Lowercase{}},
      {"StripAccents", StripAccents{}},
      {"NFD", Decomposition{}},
      {"NFKD", Decomposition{.compatibly = true}},
      {"NFC", Composition(false)},
      {"NFKC", Composition(true)},
      {"Nmt", Nmt{}},
  };
  Normalizer::Memory memory;
  NormalizedText out;
  for (const auto& [name, step] : all) {
    const Normalizer normalizer({step});
    check_blocks(name, [&](const std::string& c) {
      const std::string text = "A" + c + "a\xcc\x81" + c + "\xcc\xa3\xcc\x9b" + c + "b";
      normalizer({text}, classes, false, memory, out);
      return std::string(out.bytes());
    });
  }
}

TEST_CASE("pre-tokenisers split every code point as the Hugging Face library does", "[unicode]") {
  const CharacterClasses classes;
  const std::vector<std::pair<std::string, PreTokenizerStep>> all{
      {"BertPreTokenizer", BertPreTokenizer{}}, {"Whitespace", Whitespace{}}, {"WhitespaceSplit", WhitespaceSplit{}},
      {"Punctuation", Punctuation{}},           {"Digits", Digits{}},         {"ByteLevel", Gpt2Words{}}};
  std::vector<ByteRange> words;
  PreTokenizer::Memory memory;
  NormalizedText text;
  for (const auto& [name, step] : all) {
    const PreTokenizer pre_tokenizer({step});
    check_blocks(name, [&](const std::string& c) {
      text.clear(false, encore::text::most_bytes_of(0));
      text.put("a" + c + "b " + c + c + ";" + c, 0);
      const NormalizedText& cut = pre_tokenizer(text, {0, text.size()}, classes, memory, words);
      std::string pieces;
      for (const ByteRange word : words) (pieces += pieces.empty() ? "" : "\x01") += cut.bytes(word);
      return pieces;
    });
  }
}

TEST_CASE("Punctuation can keep, drop, or merge what it splits at", "[pre_tokenizer]") {
  const CharacterClasses classes;
  const auto pieces = [&](SplitBehavior behavior, const std::string& text) {
    std::vector<ByteRange> words;
    Punctuation{behavior}(text, {0, std::uint32_t(text.size())}, classes, words);
    std::string all;
    for (const ByteRange word : words) all += text.substr(word.begin, word.size()) + "|";
    return all;
  };
  // The library's own examples, in the documentation of NormalizedString::split.
  CHECK(pieces(SplitBehavior::removed, "the-final--countdown") == "the|final|countdown|");
  CHECK(pieces(SplitBehavior::isolated, "the-final--countdown") == "the|-|final|-|-|countdown|");
  CHECK(pieces(SplitBehavior::merged_with_previous, "the-final--countdown") == "the-|final-|-|countdown|");
  CHECK(pieces(SplitBehavior::merged_with_next, "the-final--countdown") == "the|-final|-|-countdown|");
  CHECK(pieces(SplitBehavior::contiguous, "the-final--countdown") == "the|-|final|--|countdown|");
  CHECK(pieces(SplitBehavior::merged_with_previous, "-a-") == "-|a-|");
  CHECK(pieces(SplitBehavior::merged_with_next, "-a-") == "-a|-|");
  CHECK(pieces(SplitBehavior::contiguous, "--") == "--|");
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD, one for each maximal subpart", "[utf8]") {
  const auto repaired = [](const std::string& bytes) {
    SourceText source;
    source.set(bytes, true);
    return std::string(source.valid());
  };
  const std::string r = "\xef\xbf\xbd";
  CHECK(repaired("plain") == "plain");
  CHECK(repaired("a\x80z") == "a" + r + "z");
  CHECK(repaired("\xc3") == r);
  CHECK(repaired("\xc3(") == r + "(");
  CHECK(repaired("\xe2\x82") == r);
  CHECK(repaired("\xe2\x82z") == r + "z");
  CHECK(repaired("\xf0\x9f\x98") == r);
  CHECK(repaired("\xc0\xaf") == r + r);                  // overlong
  CHECK(repaired("\xe0\x80\xaf") == r + r + r);          // overlong
  CHECK(repaired("\xed\xa0\x80") == r + r + r);          // surrogate
  CHECK(repaired("\xf4\x90\x80\x80") == r + r + r + r);  // beyond U+10FFFF
  CHECK(repaired("\xf8\x88\x80\x80\x80") == r + r + r + r + r);
  CHECK(repaired("\xff\xfe") == r + r);
  // Unicode 15, table 3-8, and the example above it.
  CHECK(repaired("a\xf1\x80\x80\xe1\x80\xc2"
                 "b\x80"
                 "c\x80\xbf"
                 "d") == "a" + r + r + r + "b" + r + "c" + r + r + "d");
}

TEST_CASE("byte offsets refer to the bytes as they were given", "[utf8]") {
  const auto tokenizer = expectations::load("bert-base-uncased").tokenizer;
  const std::string text = "caf\xc3\xa9\xff \xe2\x82 hello\xf0\x9f\x98\x80!";
  const auto encoding = tokenizer.encode(text, {.add_special_tokens = false});
  std::vector<std::string> slices;
  for (const auto [begin, end] : encoding.byte_offsets)
    slices.push_back(text.substr(std::size_t(begin), std::size_t(end - begin)));
  CHECK(slices == std::vector<std::string>{"caf\xc3\xa9", "hello\xf0\x9f\x98\x80", "!"});
  CHECK(encoding.offsets == std::vector<encore::Span>{{0, 4}, {8, 14}, {14, 15}});
}
