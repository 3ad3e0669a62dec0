// SPDX-License-Identifier: Apache-2.0
// What a folder says of a sparse encoder's vectors.
#include <encore/io/sparse_encoder.hpp>

#include <nlohmann/json.hpp>

#include "catch.hpp"

#include <map>
#include <string>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using encore::ConfigError;
using encore::Folder;
using encore::SparseEncoder;
using encore::UnsupportedError;

namespace {

auto says(const std::string& text) { return MessageMatches(ContainsSubstring(text)); }

using Files = std::map<std::string, std::string>;

SparseEncoder read(const Files& files) { return SparseEncoder::read(Folder::from_memory(files, "m")); }

Files splade(const std::string& pooling, const std::string& transformer = "models.MLMTransformer",
             const std::string& config = R"({"model_type": "SparseEncoder"})") {
  return {{"modules.json", R"([{"path": "", "type": "sentence_transformers.sparse_encoder.)" + transformer +
                               R"("}, {"path": "1_SpladePooling",
                                       "type": "sentence_transformers.sparse_encoder.models.SpladePooling"}])"},
          {"1_SpladePooling/config.json", pooling},
          {"config_sentence_transformers.json", config}};
}

}  // namespace

TEST_CASE("pooling and activation of a sparse encoder are those of its SpladePooling", "[io][sparse_encoder]") {
  using Pooling = SparseEncoder::Pooling;
  using Activation = SparseEncoder::Activation;
  for (const char* transformer : {"models.MLMTransformer", "modules.Transformer"}) {
    const SparseEncoder usual = read(splade(R"({"embedding_dimension": 9, "chunk_size": 4})", transformer));
    CHECK(usual.pooling == Pooling::max);
    CHECK(usual.activation == Activation::log_relu);
    const SparseEncoder other = read(
        splade(R"({"pooling_strategy": "sum", "activation_function": "log1p_relu", "word_embedding_dimension": null})",
               transformer));
    CHECK(other.pooling == Pooling::sum);
    CHECK(other.activation == Activation::log_log_relu);
  }
  const SparseEncoder limited =
      read(splade("{}", "modules.Transformer",
                  R"({"model_type": "SparseEncoder", "max_active_dims": 5, "prompts": {"query": "q: "},
                      "default_prompt_name": "query"})"));
  CHECK(limited.max_active_dims == 5);
  CHECK(limited.prompts.default_text() == "q: ");
}

TEST_CASE("a folder that says nothing of sparse vectors has SPLADE's usual ones", "[io][sparse_encoder]") {
  CHECK(read({}).pooling == SparseEncoder::Pooling::max);
  CHECK(read({{"modules.json", R"([{"path": "", "type": "sentence_transformers.models.Transformer"},
                                   {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])"}})
            .activation == SparseEncoder::Activation::log_relu);
}

TEST_CASE("what a sparse encoder may be made of and is not supported is refused by name", "[io][sparse_encoder]") {
  CHECK_THROWS_MATCHES(read(splade(R"({"pooling_strategy": "mean"})")), UnsupportedError,
                       says("m/1_SpladePooling/config.json: key 'pooling_strategy': \"mean\"") && says("max sum"));
  CHECK_THROWS_MATCHES(read(splade(R"({"activation_function": "gelu"})")), UnsupportedError,
                       says("key 'activation_function': \"gelu\"") && says("relu log1p_relu"));
  CHECK_THROWS_MATCHES(read(splade(R"({"threshold": 0.1})")), UnsupportedError, says("key 'threshold'"));
  for (const char* bad : {"0", "-1", "true", "\"5\""})
    CHECK_THROWS_MATCHES(
        read(splade("{}", "modules.Transformer",
                    R"({"model_type": "SparseEncoder", "max_active_dims": )" + std::string(bad) + "}")),
        ConfigError, says("key 'max_active_dims'"));
  for (const char* first : {"Router", "SparseStaticEmbedding"})
    CHECK_THROWS_MATCHES(
        read({{"modules.json", R"([{"path": "", "type": "sentence_transformers.x.)" + std::string(first) + "\"}]"},
              {"config_sentence_transformers.json", R"({"model_type": "SparseEncoder"})"}}),
        UnsupportedError, says("module \"" + std::string(first) + "\""));
  Files more = splade("{}");
  more["modules.json"].insert(
      more["modules.json"].size() - 1,
      R"(, {"path": "2_SparseAutoEncoder", "type": "sentence_transformers.x.SparseAutoEncoder"})");
  CHECK_THROWS_MATCHES(read(more), UnsupportedError, says("key '[2].type': module \"SparseAutoEncoder\""));
  CHECK_THROWS_MATCHES(
      read({{"modules.json", "[]"}, {"config_sentence_transformers.json", R"({"model_type": "SparseEncoder"})"}}),
      UnsupportedError, says("no Transformer followed by a SpladePooling"));
  Files pooled = splade("{}");
  pooled["sentence_bert_config.json"] = R"({"transformer_task": "feature-extraction"})";
  CHECK_THROWS_MATCHES(read(pooled), UnsupportedError, says("fill-mask"));
}
