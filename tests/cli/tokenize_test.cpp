// SPDX-License-Identifier: Apache-2.0
// encore tokenize as a process.
#include "program.hpp"

using namespace cli_test;
using nlohmann::json;

TEST_CASE("tokenize prints ids, types, tokens and offsets of texts and pairs", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("in.jsonl", "\"The cats\"\n[\"cat\", \"unable \\u00e9?\"]\r\n\"\"");
  const Result result = place.run({"tokenize", "model", "--input", "in.jsonl"});
  INFO(result.err);
  REQUIRE(result.status == 0);
  CHECK(result.err.empty());
  const std::vector<std::string> lines = lines_of(result.out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] ==
        R"({"input_ids":[2,5,6,13,3],"token_type_ids":[0,0,0,0,0],"tokens":["[CLS]","the","cat","##s","[SEP]"],)"
        R"("offsets":[[0,0],[0,3],[4,7],[7,8],[0,0]]})");
  const json pair = json::parse(lines[1]);
  CHECK(pair["tokens"] == json({"[CLS]", "cat", "[SEP]", "un", "##able", "e", "?", "[SEP]"}));
  CHECK(pair["token_type_ids"] == json({0, 0, 0, 1, 1, 1, 1, 1}));
  CHECK(pair["offsets"] == json({{0, 0}, {0, 3}, {0, 0}, {0, 2}, {2, 6}, {7, 8}, {8, 9}, {0, 0}}));
  CHECK(json::parse(lines[2])["input_ids"] == json({2, 3}));
}

TEST_CASE("tokenize cuts to --max-length and refuses one without room for the special tokens", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("in.jsonl", "\"the cat sat\"\n[\"the cat sat\", \"on\"]\n");
  const Result result = place.run({"tokenize", "model", "--input", "in.jsonl", "--max-length", "5"});
  REQUIRE(result.status == 0);
  CHECK(json::parse(lines_of(result.out)[0])["input_ids"] == json({2, 5, 6, 8, 3}));
  CHECK(json::parse(lines_of(result.out)[1])["input_ids"] == json({2, 5, 3, 9, 3}));
  check_error(place.run({"tokenize", "model", "--input", "in.jsonl", "--max-length", "1"}), 2, {"--max-length"});
  check_error(place.run({"tokenize", "model", "--input", "in.jsonl", "--max-length", "0"}), 2, {"--max-length", "'0'"});
}

TEST_CASE("tokenize reads plain lines when told to, and prints in order on any number of threads", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  std::string text, lines;
  for (int i = 0; i < 3000; ++i) {
    const std::string word(std::size_t(1 + i % 40), char('a' + i % 26));
    text += word + " \"cat\"\n";
    lines += json(word + " \"cat\"").dump() + "\n";
  }
  const Result one = place.run({"tokenize", "model", "--input", "-", "--threads", "1"}, lines);
  REQUIRE(one.status == 0);
  CHECK(lines_of(one.out).size() == 3000);
  CHECK(place
            .run({"tokenize", "model", "--input", "-", "--input-format", "text", "--threads", "5", "--oversubscribe"},
                 text)
            .out == one.out);
}

TEST_CASE("tokenize names the line that is neither a string nor a pair", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  for (const char* line :
       {"7", "[\"a\"]", "[\"a\", 1]", "[\"a\", \"b\", \"c\"]", "null", "\"a\" \"b\"", "\"\\ud800\"", "\"\xff\""}) {
    INFO(line);
    place.write("in.jsonl", "\"cat\"\n" + std::string(line) + "\n");
    check_error(place.run({"tokenize", "model", "--input", "in.jsonl"}), 1, {"in.jsonl line 2", "--input-format text"});
  }
  check_error(place.run({"tokenize", parity("base").string(), "--input", "-"}), 1, {"base", "tokenizer"});
}

TEST_CASE("tokenize passes NUL and invalid UTF-8 on as U+FFFD", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  const Result result =
      place.run({"tokenize", "model", "--input", "-", "--input-format", "text"}, std::string("cat\0 \xff the\n", 12));
  REQUIRE(result.status == 0);
  const json line = json::parse(lines_of(result.out).at(0));
  CHECK(line["input_ids"].front() == 2);
  CHECK(line["input_ids"].back() == 3);
  CHECK(line["tokens"].size() == line["offsets"].size());
}
