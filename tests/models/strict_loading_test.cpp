// SPDX-License-Identifier: Apache-2.0
// A checkpoint and its config.json: half a module is an error, and no memory is taken for numbers that no file has.
#include "archive.hpp"
#include "catch.hpp"

#include <encore/backend/reference.hpp>
#include <encore/models/any_encoder.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <string>

using namespace encore;
using Catch::Matchers::ContainsSubstring;

namespace {

using B = Reference<double>;

std::map<std::string, std::string> files_of(const std::string& name) {
  const auto all = test_data::files("parity/" + name);
  return {{"config.json", all.at("config.json")}, {"model.safetensors", all.at("model.safetensors")}};
}

// The same tensor under another name of the same length.
void rename(std::map<std::string, std::string>& files, const std::string& from, const std::string& to) {
  std::string& file = files["model.safetensors"];
  const std::size_t place = file.find("\"" + from + "\"");
  REQUIRE(place != file.npos);
  REQUIRE(from.size() == to.size());
  file.replace(place + 1, from.size(), to);
}

void set(std::map<std::string, std::string>& files, const std::string& key, const nlohmann::json& value) {
  nlohmann::json config = nlohmann::json::parse(files["config.json"]);
  config[key] = value;
  files["config.json"] = config.dump();
}

void open(const std::map<std::string, std::string>& files, WeightsFrom weights = WeightsFrom::checkpoint) {
  Context<B> context;
  const ModelFolder folder = ModelFolder::from_memory(files, "folder");
  AnyEncoder<B>::open(context, folder, {.weights = weights});
}

}  // namespace

TEST_CASE("a pooler of which only half has its name is missing the other half", "[models][strict]") {
  for (const std::string half : {"weight", "bias"}) {
    auto files = files_of("bert/base");
    CHECK_NOTHROW(open(files));
    rename(files, "pooler.dense." + half, "pooler.dense." + std::string(half.size(), 'x'));
    CHECK_THROWS_WITH(open(files), ContainsSubstring("missing: 'bert.pooler.dense." + half + "'") ||
                                       ContainsSubstring("missing: 'pooler.dense." + half + "'"));
  }
  auto files = files_of("bert/base");
  rename(files, "pooler.dense.weight", "pooler.dense.xxxxxx");
  rename(files, "pooler.dense.bias", "pooler.dense.xxxx");
  CHECK_THROWS_WITH(open(files), ContainsSubstring("2 missing"));
}

TEST_CASE("an enhanced mask decoder with half its tables is missing the others", "[models][strict]") {
  auto files = files_of("deberta-v2/emd");
  CHECK_NOTHROW(open(files));
  rename(files, "deberta.embeddings.position_embeddings.weight", "deberta.embeddings.position_embeddings.xxxxxx");
  CHECK_THROWS_WITH(open(files), ContainsSubstring("missing") && ContainsSubstring("position_embeddings.weight"));
}

TEST_CASE("sizes that the file does not bear out are compared with it before memory is taken", "[models][strict]") {
  // Taken first, these would be terabytes: an error of memory.
  for (const char* key : {"intermediate_size", "vocab_size", "max_position_embeddings"}) {
    auto files = files_of("bert/no_pooler");
    set(files, key, 16777216);
    if (std::string(key) == "intermediate_size") set(files, "num_hidden_layers", 4096);
    CHECK_THROWS_AS(open(files), WeightsError);
  }
  auto files = files_of("bert/no_pooler");
  set(files, "vocab_size", 16777216);
  set(files, "hidden_size", 16000000);
  CHECK_THROWS_AS(open(files), WeightsError);
  files.erase("model.safetensors");
  CHECK_NOTHROW(open(files, WeightsFrom::nowhere));
  for (const char* name : {"modernbert/base", "nomic_bert/base", "deberta-v2/base"}) {  // sizes that no tensor has
    auto others = files_of(name);
    set(others, "max_position_embeddings", 16777216);
    CHECK_NOTHROW(open(others));
  }
}
