// SPDX-License-Identifier: Apache-2.0
// The program as a process on folders of sentence-transformers, against what that makes of them
// (tests/predict/make_sentence_cases.py).
#include "program.hpp"

#include <cmath>
#include <fstream>

using namespace cli_test;

namespace {

// Numbers to the error of float32: measured at most 1.72e-6 of the largest of their line.
bool agrees(const nlohmann::json& got, const nlohmann::json& expected, double scale) {
  if (expected.is_number())
    return got.is_number() && std::abs(got.get<double>() - expected.get<double>()) <= 4e-6 * scale;
  if (expected.is_object()) {
    // What tells of a score is not compared; a sparse vector is compared whole.
    const bool whole = !expected.contains("score");
    if (!got.is_object() || (whole && got.size() != expected.size())) return false;
    for (const auto& [key, value] : expected.items())
      if (!got.contains(key) || !agrees(got[key], value, scale)) return false;
    return true;
  }
  if (!expected.is_array() || !got.is_array() || got.size() != expected.size()) return expected == got;
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!agrees(got[i], expected[i], scale)) return false;
  return true;
}

double largest(const nlohmann::json& value) {
  if (value.is_number()) return std::abs(value.get<double>());
  double most = 1;
  if (value.is_structured())
    for (const auto& one : value) most = std::max(most, largest(one));
  return most;
}

}  // namespace

TEST_CASE("folders of sentence-transformers are read as it reads them", "[cli][sentence_files]") {
  REQUIRE_PROGRAM();
  const std::filesystem::path data = ENCORE_TEST_DATA "/sentence";
  const auto cases = nlohmann::json::parse(std::ifstream(data / "cases.json"))["cases"];
  for (const auto& one : cases) {
    const Workplace place;
    std::filesystem::copy(data / one["model"].get<std::string>(), place / "model",
                          std::filesystem::copy_options::recursive);
    for (const auto& [name, content] : one["files"].items()) place.write("model/" + name, content.dump());
    std::string input;
    for (const auto& text : one["input"]) input += text.dump() + "\n";
    place.write("input.jsonl", input);
    for (const std::string backend : {"cpu", "reference"}) {
      auto arguments = one["arguments"].get<std::vector<std::string>>();
      arguments.insert(arguments.begin() + 1, "model");
      for (const auto& more : {"--input", "input.jsonl", "--backend", backend.c_str()}) arguments.push_back(more);
      const Result result = place.run(arguments);
      INFO(one["name"] << " " << backend << ": " << result.err << result.out);
      CHECK(result.status == 0);
      const auto lines = lines_of(result.out);
      CHECK(lines.size() == one["expected"].size());
      for (std::size_t i = 0; i < lines.size() && i < one["expected"].size(); ++i) {
        INFO(one["expected"][i]);
        CHECK(agrees(nlohmann::json::parse(lines[i]), one["expected"][i], largest(one["expected"][i])));
      }
    }
  }
  CHECK(cases.size() > 70);
}

TEST_CASE("a cross-encoder's activation that is not known is refused by name", "[cli][sentence_files]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  std::filesystem::copy(ENCORE_TEST_DATA "/sentence/classifier", place / "model",
                        std::filesystem::copy_options::recursive);
  auto config = nlohmann::json::parse(place.read("model/config.json"));
  place.write("input.jsonl", "[\"a\", \"b\"]\n");
  for (const char* name : {"torch.nn.modules.activation.Threshold", "torch.sigmoid", "my_activations.Sigmoid",
                           "transformers.activations.GELUActivation", "torch.nn.modules.activation.GLU",
                           "torch.nn.modules.activation.RReLU"}) {
    config["sentence_transformers"] = {{"activation_fn", name}};
    place.write("model/config.json", config.dump());
    check_error(place.run({"predict", "model", "--task", "rerank", "--input", "input.jsonl"}), 1,
                {"model/config.json: key 'sentence_transformers.activation_fn'", name, "Identity Sigmoid"});
  }
  // Another task does not look at it.
  CHECK(place.run({"predict", "model", "--task", "classify", "--input", "input.jsonl"}).status == 0);
}

TEST_CASE("search puts the folder's prompt for queries before queries, that for documents before lines, and its default "
          "before neither",
          "[cli][sentence_files]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("model/config_sentence_transformers.json",
              R"({"prompts": {"query": "the ", "passage": "on ", "other": "mat "}, "default_prompt_name": "other"})");
  place.write("corpus.txt", "cat\ndog\nthe cat\n");
  const Result prompted = place.run({"search", "model", "--corpus", "corpus.txt", "--query", "cat"});
  place.write("model/config_sentence_transformers.json", "{}");
  place.write("corpus.txt", "on cat\non dog\non the cat\n");
  const Result plain = place.run({"search", "model", "--corpus", "corpus.txt", "--query", "the cat"});
  REQUIRE(prompted.status == 0);
  const auto scores = [](const Result& result) {
    std::vector<std::string> found;
    for (const std::string& line : lines_of(result.out)) found.push_back(line.substr(0, line.rfind('\t')));
    return found;
  };
  CHECK(scores(prompted) == scores(plain));
  place.write("model/config_sentence_transformers.json",
              R"({"prompts": {"other": "mat "}, "default_prompt_name": "other"})");
  CHECK(scores(place.run({"search", "model", "--corpus", "corpus.txt", "--query", "the cat"})) == scores(plain));
}

TEST_CASE("predict takes a prompt of the folder by its name where there are any", "[cli][sentence_files]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  std::filesystem::copy(ENCORE_TEST_DATA "/sentence/classifier", place / "model",
                        std::filesystem::copy_options::recursive);
  place.write("model/modules.json", R"([{"path": "", "type": "sentence_transformers.models.Transformer"}])");
  place.write("model/config_sentence_transformers.json",
              R"({"model_type": "CrossEncoder", "prompts": {"find": "find this "}})");
  place.write("plain.jsonl", "[\"find this mill\", \"a mill\"]\n");
  place.write("short.jsonl", "[\"mill\", \"a mill\"]\n");
  const auto out = [&](const std::string& input, std::vector<std::string> more) {
    more.insert(more.begin(), {"predict", "model", "--task", "rerank", "--input", input});
    return place.run(more).out;
  };
  const std::string wanted = out("plain.jsonl", {});
  CHECK(!wanted.empty());
  CHECK(out("short.jsonl", {"--prompt", "find"}) == wanted);
  CHECK(out("short.jsonl", {}) != wanted);
  place.write("texts.txt", "a mill\n");
  const Result ranked =
      place.run({"predict", "model", "--query", "mill", "--task", "rerank", "--prompt", "find", "--input", "texts.txt"});
  CHECK(nlohmann::json::parse(ranked.out)["score"] == nlohmann::json::parse(wanted)[0]["score"]);
  check_error(place.run({"predict", "model", "--task", "rerank", "--prompt", "x", "--input", "plain.jsonl"}), 2,
              {"no prompt 'x'", "find"});
  check_error(place.run({"predict", "model", "--task", "classify", "--prompt", "find", "--input", "plain.jsonl"}), 2,
              {"--prompt", "rerank"});
}
