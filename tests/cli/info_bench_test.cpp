// SPDX-License-Identifier: Apache-2.0
// encore info and encore bench as processes.
#include "program.hpp"

using namespace cli_test;
using nlohmann::json;

namespace {

json printed(const Workplace& place, std::vector<std::string> arguments, const std::string& input = "") {
  arguments.push_back("--json");
  const Result result = place.run(arguments, input);
  INFO(result.err);
  REQUIRE(result.status == 0);
  CHECK(result.err.empty());
  return json::parse(result.out);
}

}  // namespace

TEST_CASE("info describes a model and counts what it costs", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  const std::string base = parity("base").string();
  const json info = printed(place, {"info", base, "--load", "1x10,3x10", "--threads", "2", "--oversubscribe"});
  CHECK(info["architecture"] == "BERT");
  CHECK(info["policies"]["norm"] == "LayerNorm, eps 1e-12");
  CHECK(info["policies"]["placement"] == "PostNorm");
  CHECK(info["policies"]["feed_forward"] == "Mlp, gelu");
  CHECK(info["sizes"]["hidden"] == 25);
  CHECK(info["max_tokens"] == 47);
  CHECK(info["head"] == "none");
  CHECK(info["pooler"] == true);
  CHECK(info["sentence_vectors"].is_null());
  // (53 + 2 + 47) x 25 + 2 x 25, per layer 4 x (25 x 25 + 25) + 2 x 25 x 37 + 37 + 25 + 4 x 25, pooler 25 x 25 + 25
  CHECK(info["parameters"] == 102 * 25 + 50 + 2 * (4 * 650 + 2 * 25 * 37 + 37 + 25 + 100) + 650);
  REQUIRE(info["loads"].size() == 2);
  CHECK(info["loads"][0]["tokens"] == 10);
  CHECK(info["loads"][1]["texts"] == 3);
  CHECK(info["loads"][0]["workspace_bytes"] > 0);
  CHECK(info["loads"][1]["flops"].get<double>() == Approx(3 * info["loads"][0]["flops"].get<double>()));
  // Products alone: 2 FLOPs a weight and token.
  CHECK(info["loads"][0]["flops_per_token"] > 2 * 2 * (4 * 625 + 2 * 25 * 37));
}

TEST_CASE("info tells heads, sentence vectors and relative positions", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  CHECK(printed(place, {"info", parity("no_pooler").string()})["pooler"] == false);
  CHECK(printed(place, {"info", parity("mlm_tied").string()})["head"] == "masked language model");
  CHECK(printed(place, {"info", parity("seqcls").string()})["labels"] == 3);
  CHECK(printed(place, {"info", parity("relative_key").string()})["policies"]["position"].get<std::string>().ends_with(
      "relative_key"));
  const json vectors = printed(place, {"info", sentence_folder(place)})["sentence_vectors"];
  CHECK(vectors["dimension"] == 25);
  CHECK(vectors["max_tokens"] == 12);
  CHECK(vectors["pooling"] == json({"mean"}));
  CHECK(vectors["normalised"] == true);
}

TEST_CASE("info needs no weights and prints a table", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  std::filesystem::create_directories(place / "model");
  std::filesystem::copy_file(parity("base") / "config.json", place / "model/config.json");
  const Result result = place.run({"info", "model"});
  CHECK(result.status == 0);
  for (const char* words : {"BERT", "LayerNorm", "12,474", "workspace"})
    CHECK(result.out.find(words) != std::string::npos);
  check_error(place.run({"info", "model", "--load", "1x48"}), 2, {"--load", "48", "47"});
  for (const char* load : {"0x8", "8", "1x", "ax8", "1x8,", "-1x8"})
    check_error(place.run({"info", "model", "--load", load}), 2, {"--load", "TEXTSxTOKENS"});
}

TEST_CASE("bench reports each length, the tokens and texts of a batch, and how often it ran", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  const json report = printed(place, {"bench", parity("base").string(), "--lengths", "3,40", "--batch", "4",
                                      "--iterations", "5", "--warmup", "1", "--threads", "1"});
  CHECK(report["threads"] == 1);
  REQUIRE(report["results"].size() == 2);
  CHECK(report["results"][0]["tokens"] == 12);
  CHECK(report["results"][1]["tokens"] == 160);
  for (const json& result : report["results"]) {
    CHECK(result["texts"] == 4);
    CHECK(result["iterations"] == 5);
    CHECK(result["median_ms"] > 0);
    CHECK(result["p95_ms"] >= result["median_ms"]);
    CHECK(result["tokens_per_second"] > 0);
  }
}

TEST_CASE("bench runs a file of ids as one batch", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  place.write("ids.jsonl", "[1, 2, 3]\n{\"input_ids\": [5]}\n[7, 8]\n");
  const std::vector<std::string> once{"--iterations", "1", "--warmup", "0"};
  std::vector<std::string> arguments{"bench", parity("base").string(), "--mixed", "ids.jsonl"};
  arguments.insert(arguments.end(), once.begin(), once.end());
  const json report = printed(place, arguments);
  REQUIRE(report["results"].size() == 1);
  CHECK(report["results"][0]["tokens"] == 6);
  CHECK(report["results"][0]["texts"] == 3);
  place.write("ids.jsonl", "[1]\n[53]\n");
  check_error(place.run(arguments), 1, {"ids.jsonl line 2", "53"});
  place.write("ids.jsonl", "");
  check_error(place.run(arguments), 1, {"ids.jsonl"});
  arguments.insert(arguments.end(), {"--lengths", "3"});
  check_error(place.run(arguments), 2, {"--mixed", "--lengths"});
}

TEST_CASE("bench invents weights with --random and shortens its default lengths to the model's", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  std::filesystem::create_directories(place / "model");
  std::filesystem::copy_file(parity("base") / "config.json", place / "model/config.json");
  for (const char* backend : {"cpu", "reference"}) {
    const json report =
        printed(place, {"bench", "model", "--random", "--iterations", "1", "--warmup", "0", "--backend", backend});
    CHECK(report["results"].size() == 2);  // 8 and 32; 128 are more than the 47 positions
  }
  const Result table = place.run({"bench", "model", "--random", "--seconds", "0.01"});
  CHECK(table.status == 0);
  CHECK(lines_of(table.out).size() == 4);
  check_error(place.run({"bench", "model", "--iterations", "1"}), 1, {"model.safetensors"});
  check_error(place.run({"bench", "model", "--random", "--lengths", "48"}), 2, {"--lengths", "48", "47"});
}
