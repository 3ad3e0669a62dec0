// SPDX-License-Identifier: Apache-2.0
// The program as a process on folders of sentence-transformers, against what that makes of them
// (tests/predict/make_sentence_cases.py).
#include "close_lines.hpp"

#include <fstream>

using namespace cli_test;

TEST_CASE("folders of sentence-transformers are read as it reads them", "[cli][sentence_files]") {
  REQUIRE_PROGRAM();
  const auto cases = nlohmann::json::parse(std::ifstream(ENCORE_TEST_DATA "/sentence/cases.json"))["cases"];
  for (const auto& one : cases)
    for (const std::string backend : {"cpu", "reference"}) {
      const Workplace place;
      const Result result = run_on_files(place, one, one["files"], {"--backend", backend});
      INFO(one["name"] << " " << backend << ": " << result.err << result.out << one["expected"]);
      CHECK(result.status == 0);
      CHECK(close_lines(result.out, one["expected"]));
    }
  CHECK(cases.size() > 70);
}

TEST_CASE("a cross-encoder's activation that is not known is refused by name", "[cli][sentence_files]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  for (const auto& [name, content] : test_data::files("sentence/models/classifier"))
    place.write("model/" + name, content);
  auto config = nlohmann::json::parse(place.read("model/config.json"));
  place.write("input.jsonl", "[\"a\", \"b\"]\n");
  for (const char* name : {"torch.nn.modules.activation.Threshold", "torch.sigmoid", "my_activations.Sigmoid",
                           "transformers.activations.GELUActivation", "torch.nn.modules.activation.GLU",
                           "torch.nn.modules.activation.RReLU"}) {
    config["sentence_transformers"] = {{"activation_fn", name}};
    place.write("model/config.json", config.dump());
    check_error(place.run({"predict", "model", "--task", "rerank", "--input", "input.jsonl"}), 1,
                {"model/config.json: key 'sentence_transformers.activation_fn'", name, "Identity GELU", "Softmax"});
  }
  // Another task does not look at it.
  CHECK(place.run({"predict", "model", "--task", "classify", "--input", "input.jsonl"}).status == 0);
}

TEST_CASE(
    "search puts the folder's prompt for queries before queries, that for documents before lines, and its default "
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
  for (const auto& [name, content] : test_data::files("sentence/models/classifier"))
    place.write("model/" + name, content);
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
  const Result ranked = place.run(
      {"predict", "model", "--query", "mill", "--task", "rerank", "--prompt", "find", "--input", "texts.txt"});
  CHECK(nlohmann::json::parse(ranked.out)["score"] == nlohmann::json::parse(wanted)[0]["score"]);
  check_error(place.run({"predict", "model", "--task", "rerank", "--prompt", "x", "--input", "plain.jsonl"}), 2,
              {"no prompt 'x'", "find"});
  check_error(place.run({"predict", "model", "--task", "classify", "--prompt", "find", "--input", "plain.jsonl"}), 2,
              {"--prompt", "rerank"});
}
