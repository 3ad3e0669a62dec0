// SPDX-License-Identifier: Apache-2.0
// Every key of the files that sentence-transformers writes is honoured or refused by name: what each does there says
// tests/data/sentence_keys.json, found by experiment (tests/predict/list_sentence_keys.py).
#include "close_lines.hpp"

#include <fstream>
#include <map>
#include <set>
#include <string>

using namespace cli_test;

namespace {

// Refused though the reference gives the same vectors, and why.
const std::map<std::string, std::string> stricter{
    {"query_length", "another length for queries, which search would need"},
    {"document_length", "another length for documents, which search would need"},
    {"query_expansion", "other tokens for queries, which search would need"},
    {"similarity_fn_name", "search would score by another similarity than the folder names"},
    {"embedding_dimension", "contradicts the module behind it; the reference looks at one of the two"},
    {"activation_function", "the reference takes another function for one that it does not trust, with a warning"},
    {"sentence_transformers", "the same, of a cross-encoder's activation_fn"}};
// Passed over though the reference refuses, and why.
const std::map<std::string, std::string> laxer{{"requirements", "names versions of Python packages"}};
// Refused where they contradict something else, by its name: weights that do not fit, the module behind, a file that is
// not there, a default that is no prompt's name.
const std::set<std::string> told_elsewhere{"in_features",         "out_features", "bias",
                                           "embedding_dimension", "path",         "prompts"};

}  // namespace

TEST_CASE("every key that sentence-transformers writes or reads is honoured as it honours it, or refused by name",
          "[cli][sentence_files]") {
  REQUIRE_PROGRAM();
  const auto table = nlohmann::json::parse(std::ifstream(ENCORE_TEST_DATA "/sentence_keys.json"));
  for (const auto& [name, setup] : table["setups"].items()) {
    const Workplace place;
    const Result result = run_on_files(place, setup, setup["files"]);
    INFO(name << ": " << result.err << result.out << setup["expected"]);
    CHECK(close_lines(result.out, setup["expected"]));
  }
  int honoured = 0, harmless = 0, refused = 0;
  for (const auto& one : table["keys"]) {
    const auto& setup = table["setups"][one["setup"].get<std::string>()];
    const std::string file = one["file"], key = one["key"], outcome = one["outcome"];
    auto files = setup["files"];
    if (!files.contains(file))
      files[file] =
          nlohmann::json::parse(test_data::read("sentence/models/" + setup["model"].get<std::string>() + "/" + file));
    (files[file].is_array() ? files[file][1] : files[file])[key] = one["value"];
    const Workplace place;
    const Result result = run_on_files(place, setup, files);
    INFO(one["setup"] << " " << file << " " << key << ": " << one["value"] << ", in the reference " << outcome << "\n"
                      << result.err << result.out);
    if (result.status == 0) {
      CHECK((outcome != "refused" || laxer.contains(key)));
      if (outcome != "refused")
        CHECK(close_lines(result.out, outcome == "changes" ? one["expected"] : setup["expected"]));
      ++(outcome == "changes" ? honoured : harmless);
    } else {
      CHECK(result.status == 1);
      CHECK(result.err.starts_with("error: model/"));
      CHECK((told_elsewhere.contains(key) || result.err.find(key) != std::string::npos));
      CHECK((outcome != "same" || stricter.contains(key)));
      ++refused;
    }
  }
  INFO("honoured " << honoured << ", harmless " << harmless << ", refused " << refused);
  CHECK(honoured > 30);
  CHECK(harmless > 40);
  CHECK(refused > 40);
}
