// SPDX-License-Identifier: Apache-2.0
// Encoders whose scores gain rows by distance.
#include "parity_check.hpp"

#include <encore/models/deberta.hpp>
#include <encore/models/mpnet.hpp>

namespace {

// What is refused by name, with a word of its message.
const std::map<std::string, std::string> refused{{"deberta/talking_head", "talking_head"},
                                                 {"deberta-v2/conv_5_groups", "conv_groups"}};

}  // namespace

TEST_CASE("DeBERTa equals transformers", "[parity][deberta]") {
  parity::check_architecture<encore::DebertaSpec>(
      "deberta", [](const std::string& name) { return refused.contains("deberta/" + name); });
}

TEST_CASE("DeBERTa v2 equals transformers", "[parity][deberta]") {
  parity::check_architecture<encore::DebertaV2Spec>(
      "deberta-v2", [](const std::string& name) { return refused.contains("deberta-v2/" + name); });
}

TEST_CASE("MPNet equals transformers", "[parity][mpnet]") { parity::check_architecture<encore::MpnetSpec>("mpnet"); }

TEST_CASE("what DeBERTa checkpoints may ask for and is not supported is refused by name", "[parity][deberta]") {
  for (const auto& [name, key] : refused) {
    const parity::Case test(std::string(ENCORE_TEST_DATA "/parity/") + name);
    INFO(name);
    if (name.starts_with("deberta/"))
      CHECK_THROWS_WITH(encore::DebertaSpec::config(test.folder.config()), Catch::Matchers::ContainsSubstring(key));
    else
      CHECK_THROWS_WITH(encore::DebertaV2Spec::config(test.folder.config()), Catch::Matchers::ContainsSubstring(key));
  }
}
