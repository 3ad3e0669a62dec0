// SPDX-License-Identifier: Apache-2.0
// What holds of every encoding (encoding_properties.hpp), for random bytes, random characters and texts with their
// pieces put together again; and time in proportion to the length of a text.
#include <encore/text/utf8.hpp>

#include "encoding_properties.hpp"
#include "expectations.hpp"

#include <random>
#include <string>
#include <vector>

using encore::Tokenizer;

TEST_CASE("offsets are in order and in range, and the ways to encode agree, on random texts", "[properties]") {
  const auto name = GENERATE(from_range(expectations::names));
  const Tokenizer tokenizer = expectations::load(name).tokenizer;
  std::mt19937 random(7);
  const auto below = [&](std::uint32_t end) { return std::uint32_t(random() % end); };
  std::string before;
  for (int i = 0; i < 300; ++i) {
    std::string text;
    const bool bytes = i % 3 == 0;
    for (std::uint32_t k = below(60); k > 0; --k) {
      if (bytes) {
        text += char(below(256));
        continue;
      }
      // Plane 0 more often than others, ASCII more often than what follows.
      char32_t c = below(4) == 0 ? below(0x110000) : below(3) == 0 ? below(0x3400) : below(128);
      if (c >= 0xd800 && c < 0xe000) c = 0x301;
      char buffer[4];
      text.append(buffer, std::size_t(encore::text::encode(c, buffer)));
      if (below(20) == 0) text += "[MASK]";
    }
    INFO(name << ": " << nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << " "
              << i);
    CHECK(encoding_properties::broken(tokenizer, text, before) == "");
    before = text;
  }
}

TEST_CASE("tokens without normalisation are the text's own slices", "[properties]") {
  const Tokenizer tokenizer =
      Tokenizer::from_vocabulary(expectations::read("bert-base-cased/vocab.txt"), {.lowercase = false});
  for (const std::string& text : expectations::texts("texts")) {
    const auto encoding = tokenizer.encode(text, {.add_special_tokens = false});
    std::size_t words = 0;
    for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
      const auto [begin, end] = encoding.byte_offsets[i];
      const std::string slice = text.substr(std::size_t(begin), std::size_t(end - begin));
      const bool begins = i == 0 || encoding.word_ids[i] != encoding.word_ids[i - 1];
      words += begins;
      if (encoding.ids[i] == *tokenizer.unk_id()) continue;
      std::string token = encoding.tokens[i];
      if (!begins) token = token.substr(2);
      // What clean_text drops lies in a token's slice, between its characters.
      if (token.size() == slice.size())
        CHECK(token == slice);
      else
        CHECK(token.size() < slice.size());
    }
    CHECK((encoding.ids.empty() || std::int64_t(words) == encoding.word_ids.back() + 1));
  }
}

TEST_CASE("texts put together with a space give their tokens one after the other", "[properties]") {
  const Tokenizer tokenizer = Tokenizer::from_folder(expectations::folder("bert-base-uncased"));
  std::string all;
  std::vector<std::int32_t> ids;
  for (const std::string& text : expectations::texts("random")) {
    const auto one = tokenizer.encode(text, {.add_special_tokens = false}).ids;
    all += text + " ";
    ids.insert(ids.end(), one.begin(), one.end());
  }
  CHECK(tokenizer.encode(all, {.add_special_tokens = false}).ids == ids);
}

TEST_CASE("a million characters of anything are tokenized", "[properties]") {
  // A quadratic step would take minutes here.
  const auto name = GENERATE(as<std::string>(), "bert-base-uncased", "roberta-base", "modernbert-base", "t5-small",
                             "albert-base-v2", "deberta-v3-base");
  const Tokenizer tokenizer = expectations::load(name).tokenizer;
  for (const char* piece :
       {"a", "\xcc\x81", "\xcc\xa3\xcc\x81", "[MASK", "[MASK]", " ", "-", "\xe4\xb8\xad", "\xff", "\xea\xb0\x81", "ab ",
        "<mask>", "\r\n", "'s", "\xc2\xa9\xe2\x80\x8d", "\xe2\x96\x81", "\xe0\xbd\xb1\xe0\xbd\xb2"}) {
    std::string text;
    while (text.size() < 1000000) text += piece;
    encore::TokenizerWorkspace workspace;
    encore::Encoding out;
    tokenizer.encode_ids(text, out, workspace);
    CHECK(out.ids.size() >= 1);
    tokenizer.encode_ids(text, out, workspace, {.max_length = 16});
    CHECK(out.ids.size() <= 16);
  }
}
