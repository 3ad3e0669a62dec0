// SPDX-License-Identifier: Apache-2.0
// Encoders whose scores gain rows by distance.
#include "parity_check.hpp"

#include <encore/models/deberta.hpp>
#include <encore/models/mpnet.hpp>
#include <encore/models/tasks.hpp>

namespace {

// What is refused by name, with a word of its message.
const std::map<std::string, std::string> refused{{"deberta/talking_head", "talking_head"}};

}  // namespace

TEST_CASE("DeBERTa equals transformers", "[parity][deberta]") {
  parity::check_architecture<encore::DebertaSpec>("deberta", 26,
                                                  [](const std::string& name) { return refused.contains(name); });
}

TEST_CASE("DeBERTa v2 equals transformers", "[parity][deberta]") {
  parity::check_architecture<encore::DebertaV2Spec>("deberta-v2", 40);
}

TEST_CASE("MPNet equals transformers", "[parity][mpnet]") {
  parity::check_architecture<encore::MpnetSpec>("mpnet", 16);
}

TEST_CASE("what DeBERTa checkpoints may ask for and is not supported is refused by name", "[parity][deberta]") {
  for (const auto& [name, key] : refused) {
    const parity::Case test(name);
    INFO(name);
    CHECK_THROWS_WITH(encore::DebertaSpec::config(test.folder.config()), Catch::Matchers::ContainsSubstring(key));
  }
}

TEST_CASE("a task takes DeBERTa's pre-training heads where config.json names none", "[parity][deberta]") {
  encore::Context<encore::Reference<double>> context;
  const auto check = [&]<class Task>(const Task& model, const parity::Case& test) {
    const auto logits = model(context, test.texts);
    parity::Numbers got;
    for (std::size_t i = 0; i < logits.size(); ++i)
      for (const float logit : logits[i].values()) got[std::to_string(i) + ".logits"].push_back(double(logit));
    CHECK(logits.back().shape().rank() == (test.name.ends_with("rtd") ? 1 : 2));  // [tokens], [tokens, vocabulary]
    CHECK(parity::relative_error(got, test.expected, "logits") < 1e-7);           // the task's logits are float
  };
  const parity::Case rtd("deberta-v2/rtd");
  check(encore::load<encore::ReplacedTokenDetector<encore::DebertaV2Spec>>(context, rtd.folder), rtd);
  const parity::Case emd("deberta-v2/emd_types");
  check(encore::load<encore::MaskedLm<encore::DebertaV2Spec>>(context, emd.folder), emd);
  // The file has the decoder's tensors too, but its one layer is not enough for it.
  CHECK_THROWS_WITH(encore::MaskedLm<encore::DebertaV2Spec>::open(rtd.folder),
                    Catch::Matchers::ContainsSubstring("num_hidden_layers"));
  CHECK_THROWS_WITH(encore::ReplacedTokenDetector<encore::DebertaV2Spec>::open(emd.folder),
                    Catch::Matchers::ContainsSubstring("masked language model"));
}

TEST_CASE("the enhanced mask decoder ends where its table of positions does", "[parity][deberta]") {
  const parity::Case test("deberta-v2/emd");
  const encore::Checkpoint checkpoint = test.folder.checkpoint();
  const auto model = encore::open_encoder<encore::DebertaV2Spec>(test.folder.config(), &checkpoint);
  CHECK(model.heads().lm.enhanced);
  encore::Batch batch;
  batch.add(std::vector<std::int32_t>(38, 1));
  CHECK_THROWS_WITH(model.model().check(batch), Catch::Matchers::ContainsSubstring("takes at most 37"));
}

TEST_CASE("microsoft's class of masked language models has its decoder where positions are not in the input",
          "[parity][deberta]") {
  const auto open = [](const std::string& keys) {
    const auto folder = encore::ModelFolder::from_memory(
        {{"config.json",
          R"({"architectures": ["MaskedLanguageModel"], "vocab_size": 9, "hidden_size": 8, "num_attention_heads": 2,
              "intermediate_size": 8, "max_position_embeddings": 11, )" +
              keys + "}"}});
    return encore::open_encoder<encore::DebertaV2Spec>(folder.config(), nullptr);
  };
  const auto without = open(R"("num_hidden_layers": 2, "position_biased_input": true)");
  CHECK_FALSE(without.heads().lm.enhanced);
  const auto with = open(R"("num_hidden_layers": 2, "position_biased_input": false)");
  CHECK(with.heads().lm.enhanced);
  CHECK(with.config().shape.max_positions == 11);
  CHECK_THROWS_AS(open(R"("num_hidden_layers": 1, "position_biased_input": false)"), encore::UnsupportedError);
  CHECK_THROWS_WITH(open(R"("num_hidden_layers": 2, "position_biased_input": false, "embedding_size": 4)"),
                    Catch::Matchers::ContainsSubstring("embedding_size"));
}
