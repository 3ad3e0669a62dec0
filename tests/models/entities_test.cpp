// SPDX-License-Identifier: Apache-2.0
// Words of a token classifier by hand: how tokens are told that continue one, and what a pair's texts keep apart. What
// transformers' pipeline makes of whole models is in tests/cli/predict_test.cpp.
#include "catch.hpp"

#include <encore/models/predict/entities.hpp>

#include <string>
#include <vector>

using namespace encore;

namespace {

const Labels labels =
    Labels::from(JsonObject::parse(R"({"id2label": {"0": "O", "1": "A", "2": "B"}})", "config.json"), 3);

// Logits by which each token is, for certain enough, of its class.
Tensor<float> logits_of(const std::vector<int>& classes) {
  Tensor<float> logits(Shape{std::int64_t(classes.size()), 3});
  for (std::size_t i = 0; i < classes.size(); ++i)
    for (int c = 0; c < 3; ++c) logits[std::int64_t(i)][std::size_t(c)] = classes[i] == c ? 9.0f : 0.0f;
  return logits;
}

std::vector<std::string> words_of(const std::vector<Entity>& entities) {
  std::vector<std::string> words;
  for (const Entity& entity : entities)
    words.push_back(entity.label + " " + entity.word + " " + std::to_string(entity.characters.begin) + "-" +
                    std::to_string(entity.characters.end));
  return words;
}

using Words = std::vector<std::string>;
constexpr EntityOptions first{.aggregation = Aggregation::first};

}  // namespace

TEST_CASE("a word's tokens are told by the model's mark, whatever pieces the vocabulary has", "[models][entities]") {
  // No piece "##s" is there.
  const Tokenizer tokenizer = Tokenizer::from_vocabulary("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##able\nto\n,\n");
  const Encoding encoding = tokenizer.encode("unable, to");
  REQUIRE(encoding.tokens == std::vector<std::string>{"[CLS]", "un", "##able", ",", "to", "[SEP]"});
  const auto entities =
      entities_of(tokenizer, encoding, "unable, to", logits_of({0, 1, 2, 2, 1, 0}).matrix(), labels, first);
  CHECK(words_of(entities) == Words{"A unable 0-6", "B , 6-7", "A to 8-10"});
  // Without words, every token has its own class.
  CHECK(words_of(entities_of(tokenizer, encoding, "unable, to", logits_of({0, 1, 2, 2, 1, 0}).matrix(), labels)) ==
        Words{"A un 0-2", "B ##able 2-6", "B , 6-7", "A to 8-10"});
}

TEST_CASE("an unknown token continues nothing and is written as the text has it", "[models][entities]") {
  const Tokenizer tokenizer = Tokenizer::from_vocabulary("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##able\nto\n,\n");
  const Encoding encoding = tokenizer.encode("unable xyz");
  CHECK(words_of(entities_of(tokenizer, encoding, "unable xyz", logits_of({0, 1, 1, 2, 0}).matrix(), labels, first)) ==
        Words{"A unable 0-6", "B xyz 7-10"});
}

TEST_CASE("entities of a pair are told for each text by itself, with its own offsets", "[models][entities]") {
  const Tokenizer tokenizer = Tokenizer::from_vocabulary("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##able\nto\n,\n");
  const Encoding encoding = tokenizer.encode("to", "un, unable");
  REQUIRE(encoding.ids.size() == 8);
  const auto logits = logits_of({0, 1, 0, 1, 0, 2, 1, 0});  // [CLS] to [SEP] un , un ##able [SEP]
  CHECK(words_of(entities_of(tokenizer, encoding, "to", logits.matrix(), labels, first)) == Words{"A to 0-2"});
  EntityOptions second = first;
  second.sequence = 1;
  const auto found = entities_of(tokenizer, encoding, "un, unable", logits.matrix(), labels, second);
  CHECK(words_of(found) == Words{"A un 0-2", "B unable 4-10"});
  CHECK(found[1].bytes == Span{4, 10});
}

TEST_CASE("where no mark is, spaces tell words", "[models][entities]") {
  const Tokenizer tokenizer =
      Tokenizer::from_json(R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, " ": 2}, "merges": []}})");
  const Encoding encoding = tokenizer.encode("ab a");
  REQUIRE(encoding.ids == std::vector<std::int32_t>{0, 1, 2, 0});
  CHECK(words_of(entities_of(tokenizer, encoding, "ab a", logits_of({1, 2, 0, 2}).matrix(), labels, first)) ==
        Words{"A a b 0-2", "B a 3-4"});
}
