// SPDX-License-Identifier: Apache-2.0
// Tokenizer against the Hugging Face library, for every WordPiece vocabulary in the test data.
#include "expectations.hpp"

#include <string>
#include <thread>
#include <vector>

using encore::Encoding;
using encore::Tokenizer;
using namespace expectations;

TEST_CASE("ids, tokens, offsets and word ids equal those of the Hugging Face library", "[tokenizer]") {
  const auto name = GENERATE(from_range(names));
  const Case one = load(name);
  const auto texts = json("texts.json");
  REQUIRE(texts["texts"].size() == one.expected["singles"].size());
  for (std::size_t i = 0; i < texts["texts"].size(); ++i) {
    INFO(name << ", text " << i << ": " << texts["texts"][i].dump());
    check(one.tokenizer, one.tokenizer.encode(expand(texts["texts"][i])), one.expected["singles"][i]);
  }
  for (std::size_t i = 0; i < texts["random"].size(); ++i) {
    INFO(name << ", random text " << i << ": " << texts["random"][i].dump());
    check(one.tokenizer, one.tokenizer.encode(expand(texts["random"][i])), one.expected["random"][i]);
  }
}

TEST_CASE("vocab.txt gives what tokenizer.json gives", "[tokenizer]") {
  const Tokenizer json_file = load("bert-base-uncased").tokenizer;
  const Tokenizer vocabulary = Tokenizer::from_vocabulary(read("bert-base-uncased/vocab.txt"));
  const Tokenizer unpacked = Tokenizer::from_folder(folder("bert-base-uncased"));
  for (const std::string& text : expectations::texts("random")) {
    const auto expected = compact(json_file.encode(text)).dump();
    CHECK(compact(vocabulary.encode(text)).dump() == expected);
    CHECK(compact(unpacked.encode(text)).dump() == expected);
  }
}

TEST_CASE("pairs and truncation equal those of the Hugging Face library", "[tokenizer]") {
  const auto name = GENERATE(from_range(names));
  const Case one = load(name);
  for (const auto& pair : one.expected["pairs"]) {
    INFO(name << ": " << pair.dump());
    const Encoding found =
        one.tokenizer.encode(pair["texts"][0].get<std::string>(), pair["texts"][1].get<std::string>(),
                             {.add_special_tokens = pair["special"], .max_length = pair["max_length"]});
    check(one.tokenizer, found, pair["encoding"]);
    CHECK(crc32(nlohmann::json::array({found.type_ids, found.sequence_ids}).dump()) == pair["types_and_sequences"]);
    CHECK(found.truncated == pair["truncated"]);
  }
  for (const auto& text : one.expected["truncated"]) {
    INFO(name << ": " << text.dump());
    const Encoding found = one.tokenizer.encode(text["text"].get<std::string>(), {.max_length = text["max_length"]});
    check(one.tokenizer, found, text["encoding"]);
  }
}

TEST_CASE("special tokens are left out on request", "[tokenizer]") {
  const auto name = GENERATE(from_range(names));
  const Case one = load(name);
  const std::vector<std::string> texts{"Hello, world!", "", "[MASK]"};
  for (std::size_t i = 0; i < texts.size(); ++i)
    CHECK(nlohmann::json(one.tokenizer.encode(texts[i], {.add_special_tokens = false}).ids) == one.expected["bare"][i]);
}

TEST_CASE("max_length counts the special tokens and must have room for them", "[tokenizer]") {
  const Tokenizer tokenizer = load("bert-base-uncased").tokenizer;
  CHECK(tokenizer.encode("a b c", {.max_length = 2}).ids == std::vector<std::int32_t>{101, 102});
  CHECK(tokenizer.encode("a b c", {.max_length = 2}).truncated);
  CHECK_FALSE(tokenizer.encode("a b c", {.max_length = 5}).truncated);
  CHECK(tokenizer.encode("a b c", {.add_special_tokens = false, .max_length = 1}).ids ==
        std::vector<std::int32_t>{1037});
  CHECK_THROWS_AS(tokenizer.encode("a", {.max_length = 1}), encore::ArgumentError);
  CHECK_THROWS_AS(tokenizer.encode("a", "b", {.max_length = 2}), encore::ArgumentError);
  CHECK_THROWS_WITH(tokenizer.encode("a", "b", {.max_length = 2}),
                    "tokenizer: max_length 2 has no room for the 3 special tokens");
  CHECK_THROWS_AS(tokenizer.encode("a", {.max_length = -1}), encore::ArgumentError);
}

TEST_CASE("truncation is said when the text ends within what is cut", "[tokenizer]") {
  const Tokenizer tokenizer = load("bert-base-uncased").tokenizer;
  const encore::EncodeOptions options{.add_special_tokens = false, .max_length = 3};
  CHECK_FALSE(tokenizer.encode("a b c", options).truncated);
  CHECK_FALSE(tokenizer.encode("a b c  \n ", options).truncated);
  CHECK(tokenizer.encode("a b c d", options).truncated);
  CHECK(tokenizer.encode("a b c[MASK]", options).truncated);
  CHECK(tokenizer.encode("a b [MASK] d", options).truncated);
  CHECK(tokenizer.encode("a b unaffable", options).truncated);
}

TEST_CASE("ids alone equal those of the full encoding", "[tokenizer]") {
  const auto name = GENERATE(from_range(names));
  const Case one = load(name);
  encore::TokenizerWorkspace workspace;
  Encoding ids;
  const auto texts = json("texts.json");
  std::string before;
  for (const auto& text : texts["random"]) {
    const std::string now = expand(text);
    one.tokenizer.encode_ids(now, ids, workspace);
    CHECK(ids.ids == one.tokenizer.encode(now).ids);
    CHECK(ids.type_ids.size() == ids.ids.size());
    CHECK(ids.tokens.empty());
    one.tokenizer.encode_ids(now, before, ids, workspace, {.max_length = 12});
    const Encoding full = one.tokenizer.encode(now, before, {.max_length = 12});
    CHECK(ids.ids == full.ids);
    CHECK(ids.type_ids == full.type_ids);
    CHECK(ids.truncated == full.truncated);
    before = now;
  }
}

TEST_CASE("many texts give what each gives alone, from several threads too", "[tokenizer]") {
  const Tokenizer tokenizer = load("bert-base-multilingual-cased").tokenizer;
  const std::vector<std::string> texts = expectations::texts("random");
  const auto all = tokenizer(texts);
  REQUIRE(all.size() == texts.size());
  std::vector<std::vector<Encoding>> by_thread(3);
  std::vector<std::thread> threads;
  for (auto& results : by_thread) threads.emplace_back([&] { results = Tokenizer(tokenizer)(texts); });
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CHECK(tokenizer.encode(texts[i]).ids == all[i].ids);
    for (const auto& results : by_thread) CHECK(results[i].ids == all[i].ids);
  }
  CHECK(tokenizer({"one", "two words"})[1].ids.size() == tokenizer.encode("two words").ids.size());
}

TEST_CASE("tokens and ids are found both ways", "[tokenizer]") {
  const Tokenizer tokenizer = Tokenizer::from_folder(folder("bert-base-uncased"));
  CHECK(tokenizer.vocabulary_size() == 30522);
  CHECK(tokenizer.id_of("hello") == 7592);
  CHECK(tokenizer.id_of("##ing") == 2075);
  CHECK_FALSE(tokenizer.id_of("hello there").has_value());
  CHECK_FALSE(tokenizer.id_of("").has_value());
  for (std::int32_t id = 0; id < 30522; ++id) REQUIRE(tokenizer.id_of(tokenizer.token_of(id)) == id);
  CHECK_THROWS_AS(tokenizer.token_of(30522), encore::ArgumentError);
  CHECK_THROWS_AS(tokenizer.token_of(-1), encore::ArgumentError);
  CHECK(tokenizer.cls_id() == 101);
  CHECK(tokenizer.sep_id() == 102);
  CHECK(tokenizer.pad_id() == 0);
  CHECK(tokenizer.mask_id() == 103);
  CHECK(tokenizer.unk_id() == 100);
  CHECK(tokenizer.is_special(103));
  CHECK_FALSE(tokenizer.is_special(7592));
  CHECK(tokenizer.special_tokens() == 2);
  CHECK(tokenizer.special_tokens(true) == 3);
}
