// SPDX-License-Identifier: Apache-2.0
// encore predict as a process, against transformers' pipelines (tests/predict/make_cases.py).
#include "program.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace cli_test;

namespace {

// Of four architectures, on disk.
std::vector<std::filesystem::path> cases() {
  std::vector<std::filesystem::path> all;
  for (const std::string kind : {"bert", "deberta", "modernbert", "roberta"})
    for (const std::string& name : test_data::folders("predict/" + kind))
      all.push_back(test_data::unpacked("predict/" + kind + "/" + name));
  return all;
}

std::string bert(const std::string& name) { return test_data::unpacked("predict/bert/" + name).string(); }

std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}
std::string text_of(const std::filesystem::path& path) { return encore::read_file(path, 1 << 24); }

// Everything that is expected is there and equal, numbers to the error of float32: measured at most 2.0e-6 here, 4.4e-6
// for the pipelines themselves in float32.
bool agrees(const nlohmann::json& got, const nlohmann::json& expected) {
  if (expected.is_number_float()) {
    const double wanted = expected.get<double>();
    return got.is_number() && std::abs(got.get<double>() - wanted) <= 5e-6 * std::max(1.0, std::abs(wanted));
  }
  if (expected.is_object()) {
    for (const auto& [key, value] : expected.items())
      if (!got.is_object() || !got.contains(key) || !agrees(got[key], value)) return false;
    return true;
  }
  if (expected.is_array()) {
    if (!got.is_array() || got.size() != expected.size()) return false;
    for (std::size_t i = 0; i < expected.size(); ++i)
      if (!agrees(got[i], expected[i])) return false;
    return true;
  }
  return got == expected;
}

}  // namespace

TEST_CASE("predict says what transformers' pipelines say", "[cli][predict]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  int compared = 0;
  const auto folders = cases();
  REQUIRE(folders.size() == 28);
  for (const std::filesystem::path& folder : folders) {
    const auto about = nlohmann::json::parse(text_of(folder / "case.json"));
    REQUIRE_FALSE(about["runs"].empty());
    for (const auto& [run, more] : about["runs"].items()) {
      const std::string input = run.starts_with("pairs_") ? "pairs.jsonl" : "input.jsonl";
      for (const std::string backend : {"cpu", "reference"}) {
        std::vector<std::string> arguments{
            "predict", folder.string(),           "--task",    about["task"].get<std::string>(),
            "--input", (folder / input).string(), "--backend", backend};
        for (const auto& argument : more) arguments.push_back(argument.get<std::string>());
        const Result result = place.run(arguments);
        INFO(folder.filename().string() << " " << run << " " << backend << ": " << result.err);
        REQUIRE(result.status == 0);
        const auto got = json_lines(result.out);
        const auto expected = json_lines(text_of(folder / ("expected_" + run + ".jsonl")));
        REQUIRE_FALSE(expected.empty());
        REQUIRE(got.size() == expected.size());
        for (std::size_t i = 0; i < got.size(); ++i) {
          INFO("line " << i + 1 << "\n" << got[i].dump() << "\n" << expected[i].dump());
          CHECK(agrees(got[i], expected[i]));
          ++compared;
        }
      }
    }
  }
  CHECK(compared > 100);
}

TEST_CASE("predict finds the task by the head, and ranks texts against a query", "[cli][predict]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  place.write("texts.txt", "the riverbank flooded at noon\nIBM hired Grace Hopper\na\n");
  const Result tags = place.run({"predict", bert("tag"), "--input", "texts.txt"});
  CHECK(tags.status == 0);
  CHECK(json_lines(tags.out).size() == 3);

  const Result ranked = place.run({"predict", bert("rerank"), "--task", "rerank", "--query", "Who was hired?",
                                   "--input", "texts.txt", "--top-k", "2"});
  CHECK(ranked.status == 0);
  const auto lines = json_lines(ranked.out);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["score"].get<double>() >= lines[1]["score"].get<double>());
  // A query ranks, said or not.
  const Result implied =
      place.run({"predict", bert("rerank"), "--query", "Who was hired?", "--input", "texts.txt", "--top-k", "2"});
  CHECK(implied.out == ranked.out);
  place.write("pair.jsonl", "[\"Who was hired?\", " + nlohmann::json(lines[0]["text"]).dump() + "]\n");
  const Result alone = place.run({"predict", bert("rerank"), "--task", "rerank", "--input", "pair.jsonl"});
  CHECK(json_lines(alone.out)[0][0]["score"] == lines[0]["score"]);
}

TEST_CASE("predict says in one line what is wrong", "[cli][predict]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  place.write("texts.txt", "no mask here\n");
  const auto fails = [&](std::vector<std::string> arguments, int status, const std::string& words) {
    const Result result = place.run(arguments);
    INFO(result.err);
    CHECK(result.status == status);
    CHECK(result.err.starts_with("error: "));
    CHECK(result.err.find(words) != std::string::npos);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  };
  fails({"predict", bert("fill_mask"), "--input", "texts.txt"}, 1, "text 1: holds no mask token, '[MASK]'");
  fails({"predict", bert("tag"), "--task", "answer", "--input", "texts.txt"}, 2, "token classification");
  fails({"predict", bert("answer"), "--input", "texts.txt"}, 1, "want a pair");
  fails({"predict", bert("answer"), "--input", bert("answer") + "/input.jsonl", "--max-length", "8"}, 1,
        "text 1: the first text leaves room for");
  fails({"predict", bert("classify"), "--task", "rerank", "--query", "q", "--input", "texts.txt"}, 2, "3 labels");
  fails({"predict", bert("classify"), "--query", "q", "--input", "texts.txt"}, 2, "ranked by one score");
  fails({"predict", bert("rerank"), "--task", "rerank", "--input", "texts.txt"}, 1,
        "texts.txt line 1: is one text; rerank wants --query TEXT, or pairs");
  fails({"predict", bert("rerank"), "--query", "", "--input", "texts.txt"}, 2, "--query: is empty");
}
