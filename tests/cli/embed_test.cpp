// SPDX-License-Identifier: Apache-2.0
// encore embed as a process.
#include "program.hpp"

#include <cmath>

using namespace cli_test;
using encore::read_npy;
using encore::Shape;
using encore::Tensor;

namespace {

const std::string texts = "the cat sat on the mat.\nthe dogs sat\n\nunable?\nzebra\n";

bool same(const Tensor<float>& a, const Tensor<float>& b) {
  return a.shape() == b.shape() && std::equal(a.values().begin(), a.values().end(), b.values().begin());
}

Tensor<float> embed(const Workplace& place, const std::string& content, std::vector<std::string> more = {},
                    const std::string& input = "texts.txt") {
  place.write(input, content);
  std::vector<std::string> arguments{"embed", "model", "--input", input, "--output", "out.npy"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Result result = place.run(arguments);
  INFO(result.err);
  REQUIRE(result.status == 0);
  CHECK(result.out.empty());
  Tensor<float> vectors = read_npy(place / "out.npy");
  std::filesystem::remove(place / "out.npy");
  return vectors;
}

}  // namespace

TEST_CASE("embed writes one vector of length 1 for each line, the empty one included", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  const Tensor<float> vectors = embed(place, texts);
  REQUIRE(vectors.shape() == Shape{5, 25});
  for (std::int64_t r = 0; r < 5; ++r) {
    double square = 0;
    for (const float x : vectors[r]) square += double(x) * double(x);
    CHECK(square == Approx(1).epsilon(1e-6));
  }
}

TEST_CASE("embed reads CRLF, a byte order mark and a last line without its end as the same texts", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  const Tensor<float> vectors = embed(place, texts);
  std::string crlf = "\xEF\xBB\xBF";
  for (const char c : texts) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(same(vectors, embed(place, crlf)));
  CHECK(same(vectors, embed(place, texts.substr(0, texts.size() - 1))));
  CHECK(
      same(vectors, embed(place, "\"the cat sat on the mat.\"\n\"the dogs sat\"\n\"\"\n\"un\\u0061ble?\"\n\"zebra\"\n",
                          {}, "texts.jsonl")));
}

TEST_CASE("embed gives the same bits on any number of threads, in any order, and alone", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  std::string many, backwards;
  for (int i = 0; i < 300; ++i) {
    std::string line;
    for (int k = 0; k <= (i * 7) % 13; ++k) line += std::string(1, char('a' + (i + k * 5) % 26)) + " ";
    many += line + "\n";
    backwards = line + "\n" + backwards;
  }
  const Tensor<float> one = embed(place, many, {"--threads", "1"});
  CHECK(same(one, embed(place, many, {"--threads", "2"})));
  CHECK(same(one, embed(place, many, {"--threads", "5", "--oversubscribe"})));
  const Tensor<float> reversed = embed(place, backwards);
  bool equal = true;
  for (std::int64_t r = 0; r < 300; ++r)
    equal = equal && std::equal(one[r].begin(), one[r].end(), reversed[299 - r].begin());
  CHECK(equal);
  const Tensor<float> alone = embed(place, lines_of(many)[123] + "\n");
  CHECK(std::equal(alone[0].begin(), alone[0].end(), one[123].begin()));
}

TEST_CASE("embed agrees with the reference backend", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  const Tensor<float> fast = embed(place, texts);
  const Tensor<float> slow = embed(place, texts, {"--backend", "reference"});
  for (std::size_t i = 0; i < fast.values().size(); ++i) CHECK(std::abs(fast.values()[i] - slow.values()[i]) < 1e-6f);
}

TEST_CASE("embed cuts long texts and says how many", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("texts.txt", "the cat\na a a a a a a a a a b c d\na a a a a a a a a a\n");
  const Result result = place.run({"embed", "model", "--input", "texts.txt", "--output", "out.npy"});
  CHECK(result.status == 0);
  CHECK(result.err.find("1 text was cut to 12 tokens") != std::string::npos);
  const Tensor<float> vectors = read_npy(place / "out.npy");
  CHECK(std::equal(vectors[1].begin(), vectors[1].end(), vectors[2].begin()));
}

TEST_CASE("embed applies the folder's default prompt, or the one that is named, or none", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  const Tensor<float> plain = embed(place, "cat\n");
  place.write("model/config_sentence_transformers.json",
              R"({"prompts": {"q": "the ", "d": "on "}, "default_prompt_name": "d"})");
  CHECK(same(embed(place, "cat\n"), embed(place, "on cat\n", {"--prompt", ""})));
  CHECK(same(embed(place, "cat\n", {"--prompt", "q"}), embed(place, "the cat\n", {"--prompt", ""})));
  CHECK(same(embed(place, "cat\n", {"--prompt", ""}), plain));
  place.write("texts.txt", "cat\n");
  check_error(place.run({"embed", "model", "--input", "texts.txt", "--output", "out.npy", "--prompt", "x"}), 2,
              {"'x'", "q"});
}

TEST_CASE("embed reads stdin and writes stdout, where JSON lines give the same numbers", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  const Tensor<float> vectors = embed(place, texts);
  for (const char* output : {"-", "out.jsonl"}) {
    const Result result = place.run({"embed", "model", "--input", "-", "--output", output}, texts);
    REQUIRE(result.status == 0);
    const std::vector<std::string> lines = lines_of(std::string(output) == "-" ? result.out : place.read(output));
    REQUIRE(lines.size() == 5);
    for (std::size_t r = 0; r < 5; ++r) {
      const auto row = nlohmann::json::parse(lines[r]).get<std::vector<float>>();
      CHECK(std::equal(row.begin(), row.end(), vectors[std::int64_t(r)].begin(), vectors[std::int64_t(r)].end()));
    }
  }
  CHECK(place.run({"embed", "model", "--input", "-", "--output", "-", "--output-format", "npy"}, texts, ">piped.npy")
            .status == 0);
  CHECK(same(vectors, read_npy(place / "piped.npy")));
}

TEST_CASE("embed makes an array without rows of an empty file", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  CHECK(embed(place, "").shape() == Shape{0, 25});
  CHECK(embed(place, "\xEF\xBB\xBF").shape() == Shape{0, 25});
  CHECK(embed(place, "\n").shape() == Shape{1, 25});
}

TEST_CASE("embed takes NUL bytes, invalid UTF-8 and very long lines", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  std::string content("cat\0 dog\n\xff\xfe cat\n", 16);
  content += std::string(3000000, 'x') + "\ncat";
  const Tensor<float> vectors = embed(place, content);
  CHECK(vectors.shape() == Shape{4, 25});
  CHECK(std::all_of(vectors.values().begin(), vectors.values().end(), [](float x) { return std::isfinite(x); }));
}

TEST_CASE("embed leaves the old output and no trace of a new one after an error", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  std::string content;
  for (int i = 0; i < 5000; ++i) content += "\"cat\"\n";  // more than a block: rows are written before the error
  place.write("texts.jsonl", content + "{\"cat\": 1}\n");
  place.write("out.npy", "old");
  place.write("out.jsonl", "old");
  for (const char* output : {"out.npy", "out.jsonl"}) {
    const int before = place.count();
    check_error(place.run({"embed", "model", "--input", "texts.jsonl", "--output", output}), 1,
                {"texts.jsonl line 5001", "object"});
    CHECK(place.read(output) == "old");
    CHECK(place.count() == before);
  }
  place.write("texts.jsonl", "\"cat\"\n\"dog\n");
  check_error(place.run({"embed", "model", "--input", "texts.jsonl", "--output", "out.npy"}), 1,
              {"texts.jsonl line 2", "not valid JSON"});
}

TEST_CASE("embed pools the first or the last token where the folder says so", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  const auto pooled = [&](const std::string& mode, const std::string& text) {
    place.write("model/1_Pooling/config.json",
                R"({"word_embedding_dimension": 25, "pooling_mode": ")" + mode + R"("})");
    return embed(place, text);
  };
  CHECK(pooled("lasttoken", "cat\n").shape() == Shape{1, 25});
  // The last token is [SEP] after cat, and its row is not that of [CLS].
  CHECK_FALSE(pooled("lasttoken", "cat\n").values()[0] == pooled("cls", "cat\n").values()[0]);
}

TEST_CASE("embed names what is wrong with its files", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("texts.txt", "cat\n");
  const auto run = [&](const char* input, const char* output, const char* model = "model") {
    return place.run({"embed", model, "--input", input, "--output", output});
  };
  check_error(run("none.txt", "out.npy"), 1, {"none.txt", "No such file"});
  check_error(run("model", "out.npy"), 1, {"model", "directory"});
  check_error(run("texts.txt", "none/out.npy"), 1, {"none/out.npy"});
  check_error(run("texts.txt", "out.bin"), 2, {"--output", ".npy"});
  check_error(run("texts.txt", "out.npy", "none"), 1, {"none", "folder"});
  check_error(run("texts.txt", "out.npy", "texts.txt"), 1, {"texts.txt"});

  place.write("model/1_Pooling/config.json", R"({"word_embedding_dimension": 25, "pooling_mode": "median"})");
  check_error(run("texts.txt", "out.npy"), 1, {"pooling \"median\"", "there are cls max mean"});
  std::filesystem::remove(place / "model/1_Pooling/config.json");
  check_error(run("texts.txt", "out.npy"), 1, {"1_Pooling/config.json"});
  std::filesystem::remove(place / "model/modules.json");
  std::filesystem::remove(place / "model/vocab.txt");
  check_error(run("texts.txt", "out.npy"), 1, {"tokenizer"});
}

TEST_CASE("embed refuses an id that the model's table lacks, naming the token", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("model/vocab.txt", place.read("model/vocab.txt") + "newcomer\n");
  CHECK(embed(place, "cat\n").shape() == Shape{1, 25});
  place.write("texts.txt", "cat\na newcomer\n");
  check_error(place.run({"embed", "model", "--input", "texts.txt", "--output", "out.npy"}), 1,
              {"text 2", "newcomer", "53"});
}
