// SPDX-License-Identifier: Apache-2.0
// BERT and what keeps its block. One file for several architectures: the ops are instantiated once.
#include "parity_check.hpp"

#include <encore/models/albert.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/distilbert.hpp>
#include <encore/models/electra.hpp>
#include <encore/models/roberta.hpp>

namespace {

// Learnable activations have parameters a config cannot name; they are refused by name instead.
bool is_refused(const std::string& name) { return name == "act_prelu" || name == "act_xielu"; }

}  // namespace

TEST_CASE("BERT equals transformers", "[parity][bert]") {
  parity::check_architecture<encore::BertSpec>("bert", is_refused);
}

TEST_CASE("activations with parameters of their own are refused by name", "[parity][bert]") {
  int refused = 0;
  for (const auto& path : parity::all_cases("bert")) {
    if (!is_refused(path.filename().string())) continue;
    ++refused;
    const parity::Case test(path);
    CHECK_THROWS_WITH(
        encore::BertSpec::config(test.folder.config()),
        Catch::Matchers::ContainsSubstring("hidden_act") && Catch::Matchers::ContainsSubstring("not supported"));
  }
  CHECK(refused == 2);
}

TEST_CASE("RoBERTa, XLM-RoBERTa and CamemBERT equal transformers", "[parity][roberta]") {
  parity::check_architecture<encore::RobertaSpec>("roberta");
  parity::check_architecture<encore::RobertaSpec>("xlm-roberta");
  parity::check_architecture<encore::RobertaSpec>("camembert");
}

TEST_CASE("DistilBERT equals transformers", "[parity][distilbert]") {
  parity::check_architecture<encore::DistilBertSpec>("distilbert");
}

TEST_CASE("ELECTRA equals transformers", "[parity][electra]") {
  parity::check_architecture<encore::ElectraSpec>("electra");
}

TEST_CASE("ALBERT equals transformers", "[parity][albert]") {
  parity::check_architecture<encore::AlbertSpec>("albert");
}
