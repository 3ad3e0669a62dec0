// SPDX-License-Identifier: Apache-2.0
// What the callers of a sentence encoder are told about their texts and prompts.
#include <encore/backend/reference.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/sentence_encoder.hpp>

#include "catch.hpp"

#include <string>
#include <vector>

namespace {

using namespace encore;
using Catch::Matchers::Message;

Config<BertSpec> small() {
  Config<BertSpec> config;
  config.shape = {.vocabulary = 8, .hidden = 4, .layers = 1, .heads = 2, .intermediate = 8, .max_positions = 4};
  config.shape.types = 2;
  return config;
}

Encoding tokens(std::vector<std::int32_t> ids) {
  Encoding encoding;
  encoding.type_ids.assign(ids.size(), 0);
  encoding.ids = std::move(ids);
  return encoding;
}

}  // namespace

TEST_CASE("an id outside the table is reported with the caller's number of the text, however texts are packed",
          "[models]") {
  const Context<Reference<double>> context;
  const SentenceEncoder<BertSpec> encoder(small(), {Pooling::mean});
  const auto parameters = initialise(context, encoder.model());
  // The longest text goes first, so text 2 is sequence 0 of its pack.
  const std::vector<Encoding> texts{tokens({1}), tokens({1, 2}), tokens({1, 2, 8})};
  CHECK_THROWS_MATCHES(encoder.run(context, parameters, texts), InputError,
                       Message("text 2: token id 8 is not in 0..7"));
  RunOptions alone;
  alone.tokens_per_pack = 1;
  CHECK_THROWS_MATCHES(encoder.run(context, parameters, texts, alone), InputError,
                       Message("text 2: token id 8 is not in 0..7"));
  const std::vector<Encoding> long_text{tokens({1, 2}), tokens({1, 2, 3, 4, 5})};
  CHECK_THROWS_MATCHES(encoder.run(context, parameters, long_text), InputError,
                       Message("text 1: 5 tokens, the model takes at most 4"));
}

TEST_CASE("no texts give no rows of the vectors' length, and nothing is refused", "[models]") {
  const Context<Reference<double>> context;
  const SentenceEncoder<BertSpec> encoder(small(), {Pooling::mean, Pooling::max});
  const auto parameters = initialise(context, encoder.model());
  const std::vector<Encoding> none;
  const Tensor<float> vectors = encoder.run(context, parameters, none);
  CHECK(vectors.shape() == Shape{0, 8});
  CHECK(vectors.matrix().cols == 8);
  encoder.run(context, parameters, none, Tensor<float>(Shape{0, 8}).matrix());
  encoder.model().check(Batch());
  infer(context, parameters, Segments(), {}, [&](auto& ex) {
    const auto y = encoder(ex, indices_of(ex, Batch()));
    CHECK(ex.view(y).rows == 0);
    CHECK(ex.view(y).cols == 8);
  });
}

TEST_CASE("a default prompt that the pooling is to leave out is refused by name", "[models]") {
  SentenceTransformer settings;
  settings.prompts = {{"query", "find: "}};
  settings.default_prompt_name = "query";
  CHECK(SentenceEncoder<BertSpec>(small(), {Pooling::mean}, settings).default_prompt() == "find: ");

  settings.pooling.include_prompt = false;
  const SentenceEncoder<BertSpec> encoder(small(), {Pooling::mean}, settings);
  CHECK_THROWS_MATCHES(
      encoder.default_prompt(), UnsupportedError,
      Message("1_Pooling/config.json: key 'include_prompt': false is not supported together with a prompt"));
  settings.prompts["query"] = "";
  CHECK(SentenceEncoder<BertSpec>(small(), {Pooling::mean}, settings).default_prompt().empty());
}
