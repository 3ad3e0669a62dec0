// SPDX-License-Identifier: Apache-2.0
// What config.json says of rotary embeddings, and how an architecture is found where it names none.
#include "catch.hpp"

#include <encore/models/all_specs.hpp>

using namespace encore;
using Catch::Matchers::ContainsSubstring;

namespace {

Rope<>::Options rope_of(const std::string& parameters) {
  const auto folder = ModelFolder::from_memory(
      {{"config.json",
        R"({"model_type": "nomic_bert", "max_position_embeddings": 64, "rope_parameters": )" + parameters + "}"}});
  return NomicBertSpec::config(folder.config()).position;
}

}  // namespace

TEST_CASE("rope_parameters are read with transformers' defaults", "[config]") {
  CHECK(rope_of(R"({"rope_type": "default", "rope_theta": 50})").base == 50);
  const auto linear = rope_of(R"({"rope_type": "linear", "rope_theta": 50, "factor": 3})");
  CHECK(linear.scaling.kind == RopeScalingKind::linear);
  CHECK(linear.scaling.factor == 3);
  const auto yarn = rope_of(R"({"type": "yarn", "original_max_position_embeddings": 16})").scaling;
  CHECK(yarn.kind == RopeScalingKind::yarn);
  CHECK(yarn.factor == 4);  // 64 / 16
  CHECK(yarn.fast == 32);
  CHECK(yarn.slow == 1);
  CHECK(yarn.whole_pairs);
  const auto llama = rope_of(R"({"rope_type": "llama3", "factor": 8})").scaling;
  CHECK(llama.trained_positions == 64);
  const auto dynamic =
      rope_of(R"({"rope_type": "dynamic", "factor": 2, "original_max_position_embeddings": 16})").scaling;
  CHECK(dynamic.kind == RopeScalingKind::dynamic);
  CHECK(dynamic.factor == 2);
  CHECK(dynamic.trained_positions == 64);  // transformers reads max_position_embeddings alone
}

TEST_CASE("what rope_parameters may say and is not supported is refused by name", "[config]") {
  for (const auto& [parameters, words] :
       {std::pair{R"({"rope_type": "longrope"})", "'longrope' is not supported"},
        {R"({"rope_type": "proportional", "factor": 2})", "'proportional' is not supported"},
        {R"({"rope_type": "yarn", "factor": 2, "mscale": 1})", "mscale"},
        {R"({"rope_type": "linear", "factor": 2, "partial_rotary_factor": 0.5})", "partial_rotary_factor"}})
    CHECK_THROWS_WITH(rope_of(parameters), ContainsSubstring(words) && ContainsSubstring("config.json"));
  CHECK_THROWS_AS(rope_of(R"({"rope_type": "linear", "factor": 0.5})"), ConfigError);
  CHECK_THROWS_AS(rope_of(R"({"rope_type": "dynamic"})"), ConfigError);
  CHECK_THROWS_AS(rope_of(R"({"rope_type": "linear", "factor": null})"), ConfigError);
  CHECK_THROWS_AS(rope_of(R"({"rope_type": "llama3", "low_freq_factor": 4})"), ConfigError);
}

TEST_CASE("a folder's name says the architecture where config.json does not", "[config]") {
  using detail::guessed_model_type;
  CHECK(guessed_model_type("models/albert-ja-unidic-lite") == "albert");
  CHECK(guessed_model_type("camembert-base/") == "camembert");
  CHECK(guessed_model_type("bert-base-uncased") == "bert");
  CHECK(guessed_model_type("deberta/my-model") == "bert");  // the folder, not the way to it
  CHECK(guessed_model_type("deberta-v2-xlarge") == "deberta-v2");
  CHECK(guessed_model_type("") == "bert");
}
