// SPDX-License-Identifier: Apache-2.0
// What a folder says of a cross-encoder's scores, in every dialect: tests/data/sentence_files.json has what
// sentence-transformers 6 writes.
#include <encore/io/cross_encoder.hpp>

#include <nlohmann/json.hpp>

#include "catch.hpp"

#include <map>
#include <string>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using encore::CrossEncoder;
using encore::Folder;
using encore::UnsupportedError;

namespace {

auto says(const std::string& text) { return MessageMatches(ContainsSubstring(text)); }

using Files = std::map<std::string, std::string>;

CrossEncoder read(const Files& files, const std::string& config = "{}") {
  return CrossEncoder::read(Folder::from_memory(files, "m"), encore::JsonObject::parse(config, "m/config.json"));
}

// As version 6 saves them.
Files saved(const std::string& sentence_config) {
  return {{"modules.json", R"([{"idx": 0, "name": "0", "path": "",
                                "type": "sentence_transformers.base.modules.transformer.Transformer"}])"},
          {"config_sentence_transformers.json", sentence_config}};
}

const std::string identity = "torch.nn.modules.linear.Identity", tanh_path = "torch.nn.modules.activation.Tanh";

}  // namespace

TEST_CASE("a cross-encoder's activation is found where each version wrote it", "[io][cross_encoder]") {
  CHECK_FALSE(read({}).activation);
  const CrossEncoder old = read({}, R"({"sbert_ce_default_activation_function": ")" + identity + "\"}");
  CHECK(old.activation == identity);
  CHECK(old.activation_key == "m/config.json: key 'sbert_ce_default_activation_function'");
  const CrossEncoder version_4 = read({}, R"({"sentence_transformers": {"activation_fn": ")" + identity + "\"}}");
  CHECK(version_4.activation == identity);
  CHECK(version_4.activation_key == "m/config.json: key 'sentence_transformers.activation_fn'");
  const CrossEncoder version_6 = read(saved(R"({"model_type": "CrossEncoder", "activation_fn": ")" + identity + "\"}"));
  CHECK(version_6.activation == identity);
  CHECK(version_6.activation_key == "m/config_sentence_transformers.json: key 'activation_fn'");
}

TEST_CASE("where versions contradict each other the latest counts, and null names nothing", "[io][cross_encoder]") {
  const std::string both = R"({"sbert_ce_default_activation_function": ")" + identity +
                           R"(", "sentence_transformers": {"activation_fn": ")" + tanh_path + "\"}}";
  CHECK(read({}, both).activation == tanh_path);
  CHECK(read(saved(R"({"model_type": "CrossEncoder", "activation_fn": ")" + identity + "\"}"), both).activation ==
        identity);
  CHECK(read(saved(R"({"model_type": "CrossEncoder", "activation_fn": null})"), both).activation == tanh_path);
  CHECK_FALSE(read({}, R"({"sentence_transformers": {"activation_fn": null},
                           "sbert_ce_default_activation_function": ")" +
                           identity + "\"}")
                  .activation);
  CHECK(read({}, R"({"sentence_transformers": {"version": "4.1.0"},
                     "sbert_ce_default_activation_function": ")" +
                     identity + "\"}")
            .activation == identity);
  // A folder of another kind of model is read as if config.json were all there is.
  CHECK_FALSE(read(saved(R"({"activation_fn": ")" + identity + "\"}")).activation);
}

TEST_CASE("a cross-encoder's prompts are read, its other modules and options refused by name", "[io][cross_encoder]") {
  const std::string config = R"({"model_type": "CrossEncoder", "prompts": {"rank": "Which? "},
                                 "default_prompt_name": "rank"})";
  CHECK(read(saved(config)).prompts.default_text() == "Which? ");
  Files files = saved(config);
  files["modules.json"] = R"([{"path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
      {"path": "1_LogitScore", "type": "sentence_transformers.cross_encoder.modules.logit_score.LogitScore"}])";
  CHECK_THROWS_MATCHES(read(files), UnsupportedError,
                       says("m/modules.json: key '[1].type': module \"LogitScore\" is not supported"));
  files = saved(config);
  files["sentence_bert_config.json"] = R"({"transformer_task": "text-generation"})";
  CHECK_THROWS_MATCHES(read(files), UnsupportedError,
                       says("m/sentence_bert_config.json: key 'transformer_task'") && says("sequence-classification"));
}
