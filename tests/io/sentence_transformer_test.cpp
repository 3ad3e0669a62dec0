// SPDX-License-Identifier: Apache-2.0
#include <encore/io/sentence_transformer.hpp>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "io/tensors.hpp"

#include <map>
#include <string>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using encore::Activation;
using encore::ConfigError;
using encore::Folder;
using encore::SentenceTransformer;
using encore::UnsupportedError;
using Mode = SentenceTransformer::PoolingMode;

namespace {

auto says(const std::string& text) { return MessageMatches(ContainsSubstring(text)); }

// modules.json of a Transformer at "" and the modules named, each in the folder "N_Name".
std::string modules(const std::vector<std::string>& names) {
  auto list = nlohmann::json::array(
      {{{"idx", 0}, {"name", "0"}, {"path", ""}, {"type", "sentence_transformers.models.Transformer"}}});
  for (std::size_t i = 0; i < names.size(); ++i)
    list.push_back({{"idx", i + 1},
                    {"path", std::to_string(i + 1) + "_" + names[i]},
                    {"type", "sentence_transformers.models." + names[i]}});
  return list.dump();
}

const std::string mean = R"({"word_embedding_dimension": 3, "pooling_mode_mean_tokens": true})";

std::map<std::string, std::string> with_pooling(const std::string& pooling = mean) {
  return {{"modules.json", modules({"Pooling"})}, {"1_Pooling/config.json", pooling}};
}

std::string dense_weights(int out, int in, bool bias = true) {
  const std::string weight_end = std::to_string(4 * out * in);
  std::string header = R"({"linear.weight":{"dtype":"F32","shape":[)" + std::to_string(out) + "," + std::to_string(in) +
                       "],\"data_offsets\":[0," + weight_end + "]}";
  if (bias)
    header += R"(,"linear.bias":{"dtype":"F32","shape":[)" + std::to_string(out) + "],\"data_offsets\":[" + weight_end +
              "," + std::to_string(4 * out * (in + 1)) + "]}";
  return safetensors(header + "}", std::string(std::size_t(4 * out * (in + bias)), '\0'));
}

std::map<std::string, std::string> with_dense(const std::string& config,
                                              const std::string& weights = dense_weights(2, 3)) {
  return {{"modules.json", modules({"Pooling", "Dense", "Normalize"})},
          {"1_Pooling/config.json", mean},
          {"2_Dense/config.json", config},
          {"2_Dense/model.safetensors", weights}};
}

SentenceTransformer read(const std::map<std::string, std::string>& files) {
  auto result = SentenceTransformer::read(Folder::from_memory(files, "m"));
  REQUIRE(result);
  return *result;
}

}  // namespace

TEST_CASE("A folder without modules.json, or of a cross-encoder, is no sentence-transformers folder",
          "[io][sentence_transformer]") {
  CHECK_FALSE(SentenceTransformer::read(Folder::from_memory({{"config.json", "{}"}})));
  auto files = with_pooling();
  files["config_sentence_transformers.json"] = R"({"model_type": "CrossEncoder"})";
  CHECK_FALSE(SentenceTransformer::read(Folder::from_memory(files)));
}

TEST_CASE("The folder of all-MiniLM-L6-v2 is read: mean pooling, normalisation, 256 tokens",
          "[io][sentence_transformer]") {
  const auto st =
      read({{"modules.json", R"([
      {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
      {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
      {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}])"},
            {"1_Pooling/config.json", R"({"word_embedding_dimension": 384, "pooling_mode_cls_token": false,
      "pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": false,
      "pooling_mode_mean_sqrt_len_tokens": false})"},
            {"sentence_bert_config.json", R"({"max_seq_length": 256, "do_lower_case": false})"},
            {"config_sentence_transformers.json", R"({"__version__": {"sentence_transformers": "2.0.0"}})"}});
  CHECK(st.path.empty());
  CHECK(st.pooling.dimension == 384);
  CHECK(st.pooling.modes == std::vector{Mode::mean});
  CHECK(st.pooling.include_prompt);
  REQUIRE(st.after_pooling.size() == 1);
  CHECK(std::holds_alternative<SentenceTransformer::Normalize>(st.after_pooling[0]));
  CHECK(st.max_seq_length == 256);
  CHECK_FALSE(st.do_lower_case);
  CHECK(st.prompts.texts.empty());
  CHECK_FALSE(st.prompts.default_name);
  CHECK_FALSE(st.similarity);
  CHECK(st.dimension() == 384);
}

TEST_CASE("A folder as version 6 writes it is read", "[io][sentence_transformer]") {
  const auto st = read({{"modules.json", R"([
      {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
      {"idx": 1, "name": "1", "path": "1_Pooling",
       "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"},
      {"idx": 2, "name": "2", "path": "2_Normalize",
       "type": "sentence_transformers.base.modules.normalize.Normalize"}])"},
                        {"1_Pooling/config.json",
                         R"({"embedding_dimension": 8, "pooling_mode": ["mean", "cls"], "include_prompt": false})"},
                        {"2_Normalize/config.json",
                         R"({"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"})"},
                        {"sentence_bert_config.json",
                         R"({"transformer_task": "feature-extraction", "module_output_name": "token_embeddings",
      "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}}})"},
                        {"config_sentence_transformers.json",
                         R"({"model_type": "SentenceTransformer", "prompts": {"query": "Q: ", "document": ""},
      "default_prompt_name": "query", "similarity_fn_name": "cosine"})"}});
  CHECK(st.pooling.modes == std::vector{Mode::mean, Mode::cls});
  CHECK_FALSE(st.pooling.include_prompt);
  CHECK(st.dimension() == 16);
  CHECK_FALSE(st.max_seq_length);
  CHECK(st.prompts.texts == std::map<std::string, std::string>{{"query", "Q: "}, {"document", ""}});
  CHECK(st.prompts.default_name == "query");
  CHECK(st.similarity == "cosine");
}

TEST_CASE("Pooling modes of the old dialect are concatenated in sentence-transformers' order",
          "[io][sentence_transformer]") {
  const auto modes = [](const std::string& flags) {
    return read(with_pooling(R"({"word_embedding_dimension": 3)" + flags + "}")).pooling.modes;
  };
  CHECK(modes(R"(, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false)") == std::vector{Mode::cls});
  CHECK(modes(R"(, "pooling_mode_max_tokens": true)") == std::vector{Mode::max});
  CHECK(modes(R"(, "pooling_mode_mean_sqrt_len_tokens": true)") == std::vector{Mode::mean_sqrt_len});
  CHECK(modes(R"(, "pooling_mode_weightedmean_tokens": true)") == std::vector{Mode::weighted_mean});
  CHECK(modes(R"(, "pooling_mode_lasttoken": true)") == std::vector{Mode::last_token});
  CHECK(
      modes(R"(, "pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true, "pooling_mode_cls_token": true)") ==
      std::vector{Mode::cls, Mode::max, Mode::mean});
  CHECK(modes("") == std::vector{Mode::mean});
}

TEST_CASE("Pooling modes of the new dialect keep the order given", "[io][sentence_transformer]") {
  const auto modes = [](const std::string& mode) {
    return read(with_pooling(R"({"embedding_dimension": 3, "pooling_mode": )" + mode + "}")).pooling.modes;
  };
  CHECK(modes(R"("cls")") == std::vector{Mode::cls});
  CHECK(modes(R"(["weightedmean", "lasttoken", "mean_sqrt_len_tokens", "max"])") ==
        std::vector{Mode::weighted_mean, Mode::last_token, Mode::mean_sqrt_len, Mode::max});
  CHECK(modes(R"(["cls", "cls", "max", "cls", "mean", "cls", "cls"])").size() == 7);
}

TEST_CASE("A pooling that is not supported is named, and so is a bad value", "[io][sentence_transformer]") {
  CHECK_THROWS_MATCHES(read(with_pooling(R"({"word_embedding_dimension": 3, "pooling_mode_attention": true})")),
                       UnsupportedError,
                       says("m/1_Pooling/config.json: key 'pooling_mode_attention'") && says("there are cls max mean"));
  CHECK_NOTHROW(read(with_pooling(R"({"word_embedding_dimension": 3, "pooling_mode_attention": false})")));
  CHECK_THROWS_MATCHES(read(with_pooling(R"({"word_embedding_dimension": 3, "layers": 2})")), UnsupportedError,
                       says("m/1_Pooling/config.json: key 'layers'"));
  CHECK_THROWS_AS(read(with_pooling(R"({"embedding_dimension": 3, "pooling_mode": "median"})")), UnsupportedError);
  for (const char* config :
       {"{}", R"({"word_embedding_dimension": 0})", R"({"word_embedding_dimension": -3})",
        R"({"word_embedding_dimension": "3"})", R"({"word_embedding_dimension": 3e9})",
        R"({"word_embedding_dimension": 999999999999})",
        R"({"word_embedding_dimension": 3, "pooling_mode_cls_token": 1})",
        R"({"embedding_dimension": 3, "pooling_mode": 1})", R"({"embedding_dimension": 3, "pooling_mode": [1]})",
        R"({"embedding_dimension": 3, "include_prompt": "no"})", R"({"embedding_dimension": 3, "pooling_mode": []})",
        R"({"embedding_dimension": 9000000, "pooling_mode": ["cls", "mean"]})", "[]"})
    CHECK_THROWS_MATCHES(read(with_pooling(config)), ConfigError, says("m/1_Pooling/config.json: "));
  CHECK_THROWS_AS(read({{"modules.json", modules({"Pooling"})}}), encore::FileError);
}

TEST_CASE("A dense layer comes with its weights and activation", "[io][sentence_transformer]") {
  const auto st = read(with_dense(
      R"({"in_features": 3, "out_features": 2, "bias": true,
      "activation_function": "torch.nn.modules.activation.Tanh"})"));
  REQUIRE(st.after_pooling.size() == 2);
  const auto& dense = std::get<SentenceTransformer::Dense>(st.after_pooling[0]);
  CHECK(dense.in == 3);
  CHECK(dense.out == 2);
  CHECK(dense.activation == Activation::tanh);
  CHECK(dense.weight().shape == std::vector<std::int64_t>{2, 3});
  REQUIRE(dense.bias());
  CHECK(dense.bias()->shape == std::vector<std::int64_t>{2});
  CHECK(st.dimension() == 2);
  const auto plain = read(with_dense(
      R"({"in_features": 3, "out_features": 2, "bias": false,
      "activation_function": "torch.nn.modules.linear.Identity"})",
      dense_weights(2, 3, false)));
  CHECK(std::get<SentenceTransformer::Dense>(plain.after_pooling[0]).bias() == nullptr);
  CHECK(std::get<SentenceTransformer::Dense>(plain.after_pooling[0]).activation == Activation::identity);
  const auto swish = read(with_dense(
      R"({"in_features": 3, "out_features": 2, "activation_function": "torch.nn.modules.activation.Hardswish"})"));
  CHECK(std::get<SentenceTransformer::Dense>(swish.after_pooling[0]).activation == Activation::hard_swish);
}

TEST_CASE("A dense layer says nothing and gets sentence-transformers' defaults: a bias and tanh",
          "[io][sentence_transformer]") {
  const auto st = read(with_dense(R"({"in_features": 3, "out_features": 2})"));
  CHECK(std::get<SentenceTransformer::Dense>(st.after_pooling[0]).activation == Activation::tanh);
}

TEST_CASE("A dense layer's options that are not supported are named", "[io][sentence_transformer]") {
  const auto with = [](const std::string& option) {
    return with_dense(R"({"in_features": 3, "out_features": 2, )" + option + "}");
  };
  CHECK_THROWS_MATCHES(
      read(with(R"("activation_function": "torch.nn.modules.activation.Softplus")")), UnsupportedError,
      says("m/2_Dense/config.json: key 'activation_function': \"torch.nn.modules.activation.Softplus\"") &&
          says(" ReLU6 ") && says(" Tanh"));
  CHECK_THROWS_AS(read(with(R"("activation_function": "my.module.Tanh")")), UnsupportedError);
  CHECK_THROWS_MATCHES(read(with(R"("use_residual": true)")), UnsupportedError, says("residual"));
  CHECK_THROWS_MATCHES(read(with(R"("module_input_name": "token_embeddings")")), UnsupportedError,
                       says("module_input_name"));
  CHECK_THROWS_AS(read(with_dense(R"({"in_features": 0, "out_features": 2})")), ConfigError);
  CHECK_THROWS_MATCHES(read(with_dense(R"({"in_features": 5, "out_features": 2})", dense_weights(2, 5))), ConfigError,
                       says("key 'in_features': found 5, want 3"));
}

TEST_CASE("A dense layer whose weights do not fit lists all faults at once", "[io][sentence_transformer]") {
  const std::string config = R"({"in_features": 3, "out_features": 2})";
  CHECK_THROWS_MATCHES(
      read(with_dense(config, dense_weights(3, 2))), encore::WeightsError,
      says("m/2_Dense/model.safetensors") && says("; 2 of the wrong shape: 'linear.bias' is [3], expected [2], "
                                                  "'linear.weight' is [3,2], expected [2,3]"));
  CHECK_THROWS_MATCHES(read(with_dense(config, one_tensor("x"))), encore::WeightsError,
                       says("; 2 missing: 'linear.bias' [2], 'linear.weight' [2,3]; 1 unexpected: 'x'"));
  auto files = with_dense(config);
  files.erase("2_Dense/model.safetensors");
  CHECK_THROWS_AS(read(files), encore::FileError);
  files["2_Dense/pytorch_model.bin"] = "PK";
  CHECK_THROWS_AS(read(files), UnsupportedError);
}

TEST_CASE("Options of the transformer are found under every name that the file has had", "[io][sentence_transformer]") {
  for (const char* kind : {"bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"}) {
    auto files = with_pooling();
    files["sentence_" + std::string(kind) + "_config.json"] = R"({"max_seq_length": 77, "do_lower_case": true})";
    CHECK(read(files).max_seq_length == 77);
    CHECK(read(files).do_lower_case);
  }
  auto files = with_pooling();
  files["sentence_bert_config.json"] = R"({"max_seq_length": null})";
  CHECK_FALSE(read(files).max_seq_length);
  for (const char* bad : {R"({"max_seq_length": 0})", R"({"max_seq_length": -1})", R"({"max_seq_length": 12.5})",
                          R"({"do_lower_case": "yes"})"}) {
    files["sentence_bert_config.json"] = bad;
    CHECK_THROWS_AS(read(files), ConfigError);
  }
  for (const auto& [bad, key] :
       {std::pair{R"({"transformer_task": "fill-mask"})", "'transformer_task'"},
        {R"({"modality_config": {"text": {"method_output_name": "pooler_output"}}})",
         "'modality_config.text.method_output_name'"},
        {R"({"modality_config": {"text": {}}, "module_output_name": "sentence_embedding"})", "'module_output_name'"},
        {R"({"processing_kwargs": {"text": {"padding": "max_length"}}})", "'processing_kwargs.text'"},
        {R"({"query_length": 32})", "'query_length'"},
        {R"({"query_expansion": {"strategy": "fixed", "length": 32}})", "'query_expansion'"},
        {R"({"config_args": {"num_hidden_layers": 2}})", "'config_args'"},
        {R"({"model_kwargs": {"num_labels": 2}})", "'model_kwargs.num_labels'"},
        {R"({"seed": 1})", "'seed': is not supported; there are max_seq_length"}}) {
    files["sentence_bert_config.json"] = bad;
    CHECK_THROWS_MATCHES(read(files), UnsupportedError, says(std::string("m/sentence_bert_config.json: key ") + key));
  }
  files["sentence_bert_config.json"] =
      R"({"modality_config": {"text": {"method": "forward"}, "image": {"method": "see"}}, "unpad_inputs": true,
          "processing_kwargs": {"image": {"size": 3}, "text": {}}, "model_args": {"torch_dtype": "float16"}})";
  CHECK_NOTHROW(read(files));
}

TEST_CASE("Prompts are read, and a default that is not among them is refused", "[io][sentence_transformer]") {
  auto files = with_pooling();
  auto& config = files["config_sentence_transformers.json"];
  config =
      R"({"prompts": {"query": "query: ", "none": null}, "default_prompt_name": null, "similarity_fn_name": "dot"})";
  CHECK(read(files).prompts.texts == std::map<std::string, std::string>{{"none", ""}, {"query", "query: "}});
  CHECK(read(files).similarity == "dot");
  config = R"({"prompts": {"query": "query: "}, "default_prompt_name": "passage"})";
  CHECK_THROWS_MATCHES(read(files), ConfigError,
                       says("m/config_sentence_transformers.json: key 'default_prompt_name' names \"passage\""));
  config = R"({"prompts": {"query": 7}})";
  CHECK_THROWS_MATCHES(read(files), ConfigError, says("key 'prompts.query'"));
  // These two are there, empty, in every model.
  config = R"({"default_prompt_name": "document"})";
  CHECK(read(files).prompts.default_text().empty());
  config = R"({"similarity_fn_name": "hamming"})";
  CHECK_THROWS_MATCHES(read(files), UnsupportedError, says("\"hamming\""));
}

TEST_CASE("A module that is not supported is named, with those that are", "[io][sentence_transformer]") {
  CHECK_THROWS_MATCHES(read({{"modules.json", modules({"WeightedLayerPooling"})}}), UnsupportedError,
                       says("m/modules.json: key '[1].type': module \"WeightedLayerPooling\" is not supported; there "
                            "are Transformer Pooling"));
}

TEST_CASE("A module of another library is refused by its whole name", "[io][sentence_transformer]") {
  auto files = with_pooling();
  files["modules.json"] = R"([{"type": "my_modules.Transformer"}])";
  CHECK_THROWS_MATCHES(read(files), UnsupportedError, says("module \"my_modules.Transformer\" is not supported"));
  CHECK_FALSE(SentenceTransformer::lower_cases(Folder::from_memory(files)));
}

TEST_CASE("A layer norm comes with its weights, a dropout leaves no trace", "[io][sentence_transformer]") {
  const std::string zeros(24, '\0');
  std::map<std::string, std::string> files{
      {"modules.json", modules({"Pooling", "LayerNorm", "Dropout"})},
      {"1_Pooling/config.json", mean},
      {"2_LayerNorm/config.json", R"({"dimension": 3})"},
      {"2_LayerNorm/model.safetensors", safetensors(R"({"norm.weight":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},
                       "norm.bias":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}})",
                                                    zeros)},
      {"3_Dropout/config.json", R"({"dropout": 0.3})"}};
  const auto st = read(files);
  REQUIRE(st.after_pooling.size() == 1);
  const auto& norm = std::get<SentenceTransformer::LayerNorm>(st.after_pooling[0]);
  CHECK(norm.weight().elements() == 3);
  CHECK(norm.bias().elements() == 3);
  files["3_Dropout/config.json"] = R"({"dropout": 0.3, "at_inference": true})";
  CHECK_THROWS_MATCHES(read(files), UnsupportedError, says("m/3_Dropout/config.json: key 'at_inference'"));
  files.erase("3_Dropout/config.json");
  CHECK_NOTHROW(read(files));
  files["2_LayerNorm/config.json"] = R"({"dimension": 4})";
  CHECK_THROWS_MATCHES(read(files), ConfigError, says("key 'dimension' is 4, want 3"));
  files["2_LayerNorm/config.json"] = R"({"dimension": 3})";
  files["2_LayerNorm/model.safetensors"] = one_tensor("norm.weight");
  CHECK_THROWS_MATCHES(read(files), encore::WeightsError, says("missing: 'norm.bias' [3]"));
}

TEST_CASE("truncate_dim cuts finished vectors", "[io][sentence_transformer]") {
  auto files = with_pooling();
  auto& config = files["config_sentence_transformers.json"];
  config = R"({"truncate_dim": 2})";
  CHECK(read(files).dimension() == 2);
  config = R"({"truncate_dim": 7})";
  CHECK(read(files).dimension() == 3);
  config = R"({"truncate_dim": null})";
  CHECK(read(files).dimension() == 3);
  for (const char* bad : {R"({"truncate_dim": 0})", R"({"truncate_dim": -1})", R"({"truncate_dim": "2"})"}) {
    config = bad;
    CHECK_THROWS_MATCHES(read(files), ConfigError, says("key 'truncate_dim'"));
  }
}

TEST_CASE("Modules in an order that makes no sentence vector are refused", "[io][sentence_transformer]") {
  for (const auto& names : std::vector<std::vector<std::string>>{
           {}, {"Normalize"}, {"Pooling", "Pooling"}, {"Pooling", "Transformer"}, {"Dense", "Pooling"}}) {
    auto files = with_pooling();
    files["modules.json"] = modules(names);
    files["2_Pooling/config.json"] = mean;
    CHECK_THROWS_AS(read(files), UnsupportedError);
  }
  auto files = with_pooling();
  files["modules.json"] = "[]";
  CHECK_THROWS_AS(read(files), UnsupportedError);
}

TEST_CASE("A modules.json of the wrong form, or that leads out of the folder, is refused",
          "[io][sentence_transformer]") {
  auto files = with_pooling();
  for (const char* bad : {"{}", "[1]", R"([{}])", R"([{"type": 1}])", R"([{"type": "Transformer", "path": 1}])"}) {
    files["modules.json"] = bad;
    CHECK_THROWS_MATCHES(read(files), ConfigError, says("m/modules.json"));
  }
  for (const char* path : {"../x", "/etc", "a/../../x", "C:x", "a\\\\b"}) {
    files["modules.json"] = R"([{"type": "Transformer", "path": ")" + std::string(path) + "\"}]";
    CHECK_THROWS_MATCHES(read(files), encore::FileError, says("m/modules.json: path") && says("leaves the folder"));
  }
}
