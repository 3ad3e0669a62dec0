// SPDX-License-Identifier: Apache-2.0
// encore search as a process.
#include "program.hpp"

using namespace cli_test;

namespace {

struct Hit {
  double score;
  int line;
  std::string text;
};

std::vector<Hit> hits_of(const std::string& out) {
  std::vector<Hit> hits;
  for (const std::string& line : lines_of(out)) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    REQUIRE(second != line.npos);
    hits.push_back({std::stod(line), std::stoi(line.substr(first + 1)), line.substr(second + 1)});
  }
  return hits;
}

}  // namespace

TEST_CASE("search prints the best lines with falling scores, the text itself first", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("corpus.txt", "the dog\nthe cat sat on the mat.\nunable?\n\nzebra cat\n");
  const Result result =
      place.run({"search", "model", "--corpus", "corpus.txt", "--query", "the cat sat on the mat.", "--top", "3"});
  REQUIRE(result.status == 0);
  const std::vector<Hit> hits = hits_of(result.out);
  REQUIRE(hits.size() == 3);
  CHECK(hits[0].score == Approx(1).margin(1e-4));
  CHECK(hits[0].line == 2);
  CHECK(hits[0].text == "the cat sat on the mat.");
  CHECK(hits[0].score >= hits[1].score);
  CHECK(hits[1].score >= hits[2].score);
  CHECK(result.err.find("texts/s") != std::string::npos);
  CHECK(result.err.find("thread") != std::string::npos);
}

TEST_CASE("search gives all lines when there are fewer than asked for, ties in the order of the lines", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("corpus.txt", "dog\ncat\ndog\ncat\ncat");
  const std::vector<Hit> hits =
      hits_of(place.run({"search", "model", "--corpus", "corpus.txt", "--query", "cat", "--top", "1000"}).out);
  REQUIRE(hits.size() == 5);
  const std::vector<int> expected{2, 4, 5, 1, 3};
  for (std::size_t i = 0; i < 5; ++i) CHECK(hits[i].line == expected[i]);
  place.write("corpus.txt", "");
  const Result none = place.run({"search", "model", "--corpus", "corpus.txt", "--query", "cat"});
  CHECK(none.status == 0);
  CHECK(none.out.empty());
}

TEST_CASE("search answers several queries, the odd ones too, each under its own heading", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("corpus.jsonl", "\"cat\\nsat\"\n\"[dog, a]\"\n");
  const Result result = place.run({"search", "model", "--corpus", "corpus.jsonl", "--query", "[dog, a]", "--query",
                                   "-x", "--query", "", "--top", "1"});
  INFO(result.err);
  REQUIRE(result.status == 0);
  const std::vector<std::string> lines = lines_of(result.out);
  REQUIRE(lines.size() == 8);
  CHECK(lines[0] == "[dog, a]");
  CHECK(lines[1] == "1.0000\t2\t[dog, a]");
  CHECK(lines[3] == "-x");
  CHECK(lines[6].empty());
}

TEST_CASE("search finds the same on any number of threads, and from stdin", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  std::string corpus;
  for (int i = 0; i < 5000; ++i)
    corpus += std::string(1, char('a' + i % 26)) + " " + std::string(1, char('a' + i / 26 % 26)) + "\n";
  place.write("corpus.txt", corpus);
  const auto out = [&](const char* threads, const char* file) {
    return place
        .run({"search", "model", "--corpus", file, "--query", "q r", "--top", "20", "--threads", threads,
              "--oversubscribe"},
             corpus)
        .out;
  };
  const std::string one = out("1", "corpus.txt");
  CHECK(lines_of(one).size() == 20);
  CHECK(one == out("2", "corpus.txt"));
  CHECK(one == out("5", "-"));
}

TEST_CASE("search scores by the similarity that the folder names, and applies its prompts", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("corpus.txt", "cat\ndog\n");
  const auto best = [&](const char* json) {
    place.write("model/config_sentence_transformers.json", json);
    const std::vector<Hit> hits =
        hits_of(place.run({"search", "model", "--corpus", "corpus.txt", "--query", "cat"}).out);
    REQUIRE(hits.size() == 2);
    return hits[0];
  };
  CHECK(best(R"({"similarity_fn_name": "dot"})").score == Approx(1).margin(1e-4));
  CHECK(best(R"({"similarity_fn_name": "euclidean"})").score == Approx(0).margin(1e-3));
  CHECK(best(R"({"similarity_fn_name": "manhattan"})").score == Approx(0).margin(1e-3));
  CHECK(best(R"({"prompts": {"query": "the mat on ", "document": ""}})").score < 0.9999);
  CHECK(best(R"({"prompts": {"query": "the ", "document": "the "}})").score == Approx(1).margin(1e-4));
}
