// SPDX-License-Identifier: Apache-2.0
// BERT and what keeps its block. One file for several architectures: the ops are instantiated once.
#include "parity_check.hpp"

#include <encore/models/albert.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/distilbert.hpp>
#include <encore/models/electra.hpp>
#include <encore/models/roberta.hpp>
#include <encore/models/tasks.hpp>

namespace {

// Learnable activations have parameters a config cannot name; they are refused by name instead.
bool is_refused(const std::string& name) { return name == "bert/act_prelu" || name == "bert/act_xielu"; }

}  // namespace

TEST_CASE("BERT equals transformers", "[parity][bert]") {
  parity::check_architecture<encore::BertSpec>("bert", 56, is_refused);
}

TEST_CASE("activations with parameters of their own are refused by name", "[parity][bert]") {
  int refused = 0;
  for (const std::string& name : parity::all_cases("bert")) {
    if (!is_refused(name)) continue;
    ++refused;
    const parity::Case test(name);
    CHECK_THROWS_WITH(
        encore::BertSpec::config(test.folder.config()),
        Catch::Matchers::ContainsSubstring("hidden_act") && Catch::Matchers::ContainsSubstring("not supported"));
  }
  CHECK(refused == 2);
}

TEST_CASE("RoBERTa, XLM-RoBERTa and CamemBERT equal transformers", "[parity][roberta]") {
  parity::check_architecture<encore::RobertaSpec>("roberta", 19);
  parity::check_architecture<encore::RobertaSpec>("xlm-roberta", 2);
  parity::check_architecture<encore::RobertaSpec>("camembert", 3);
}

TEST_CASE("DistilBERT equals transformers", "[parity][distilbert]") {
  parity::check_architecture<encore::DistilBertSpec>("distilbert", 14);
}

TEST_CASE("ELECTRA equals transformers", "[parity][electra]") {
  parity::check_architecture<encore::ElectraSpec>("electra", 21);
}

TEST_CASE("ALBERT equals transformers", "[parity][albert]") {
  parity::check_architecture<encore::AlbertSpec>("albert", 20);
}

TEST_CASE("a masked-language-model task reads the decoder that the file has, whatever config.json says of tying",
          "[parity][bert]") {
  encore::Context<encore::Reference<double>> context;
  for (const char* name : {"mlm_own_decoder", "mlm_untied_two_biases", "mlm_words_by_decoder"}) {
    const parity::Case test(std::string("bert/") + name);
    const auto logits = encore::load<encore::MaskedLm<encore::BertSpec>>(context, test.folder)(context, test.texts);
    parity::Numbers got;
    for (std::size_t i = 0; i < logits.size(); ++i)
      for (const float logit : logits[i].values()) got[std::to_string(i) + ".logits"].push_back(double(logit));
    CHECK(parity::relative_error(got, test.expected, "logits") < 1e-7);  // the task's logits are float
  }
}
