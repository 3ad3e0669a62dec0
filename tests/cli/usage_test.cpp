// SPDX-License-Identifier: Apache-2.0
// The command line of encore: help, bad usage, streams that go away.
#include "program.hpp"

using namespace cli_test;

namespace {
const std::vector<std::string> commands{"embed", "search", "encode", "tokenize", "info", "bench"};
}

TEST_CASE("help fits a screen, ends with an example and goes to stdout", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  const auto check = [](const Result& result) {
    CHECK(result.status == 0);
    CHECK(result.err.empty());
    const std::vector<std::string> lines = lines_of(result.out);
    CHECK(lines.size() <= 24);
    for (const std::string& line : lines) {
      INFO(line);
      CHECK(line.size() <= 100);
    }
    REQUIRE(!lines.empty());
    CHECK(lines.back().starts_with("Example: "));
  };
  check(place.run({"--help"}));
  for (const std::string& command : commands) {
    INFO(command);
    check(place.run({command, "--help"}));
    const std::string help = place.run({command, "-h"}).out;
    for (const char* option : {"--threads", "--precision", "--backend"}) CHECK(help.find(option) != std::string::npos);
    CHECK(place.run({"--help"}).out.find("\n  " + command) != std::string::npos);
  }
  CHECK(place.run({"--version"}).out.starts_with("encore "));
}

TEST_CASE("bad usage is one line and exit status 2", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  const std::string base = parity("base").string();
  check_error(place.run({}), 2, {"embed"});
  check_error(place.run({"frobnicate"}), 2, {"frobnicate"});
  check_error(place.run({"--frobnicate"}), 2, {"--frobnicate"});
  for (const std::string& command : commands) {
    check_error(place.run({command}), 2, {});
    check_error(place.run({command, base, "--frobnicate"}), 2, {});
  }
  check_error(place.run({"embed", base, "--input", "x"}), 2, {"--output"});
  check_error(place.run({"info"}), 2, {"MODEL"});
  check_error(place.run({"info", base, "more"}), 2, {"more"});
  for (const char* threads : {"-1", "1025", "two", "1.5", "", "99999999999999999999", " 2"})
    check_error(place.run({"info", base, "--threads", threads}), 2, {"--threads", "0..1024"});
  check_error(place.run({"info", base, "--threads"}), 2, {"--threads"});
  check_error(place.run({"info", base, "--backend", "tpu"}), 2, {"--backend", "tpu", "cpu reference"});
  check_error(place.run({"info", base, "--precision", "f8"}), 2, {"--precision", "f8", "bf16"});
  check_error(place.run({"info", base, "--precision", "int8", "--backend", "reference"}), 2, {"int8", "reference"});
  check_error(place.run({"search", base, "--corpus", "x", "--query", "q", "--top", "0"}), 2, {"--top", "'0'"});
  check_error(place.run({"bench", base, "--lengths", "8,,9"}), 2, {"--lengths"});
  check_error(place.run({"bench", base, "--batch", "0"}), 2, {"--batch"});
  check_error(place.run({"bench", base, "--seconds", "-1"}), 2, {"--seconds"});
}

TEST_CASE("every command takes threads, precision and backend", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("texts.txt", "cat\n");
  place.write("lines.jsonl", "\"cat\"\n");
  place.write("ids.jsonl", "[1]\n");
  const std::vector<std::vector<std::string>> calls{
      {"embed", "model", "--input", "texts.txt", "--output", "out.npy"},
      {"search", "model", "--corpus", "texts.txt", "--query", "cat"},
      {"encode", "model", "--ids", "ids.jsonl", "--output", "out.safetensors"},
      {"tokenize", "model", "--input", "lines.jsonl"},
      {"info", "model"},
      {"bench", "model", "--iterations", "1"}};
  for (const auto& call : calls)
    for (const char* backend : {"cpu", "reference"}) {
      std::vector<std::string> arguments = call;
      arguments.insert(arguments.end(), {"--threads", "1", "--precision", "f32", "--backend", backend});
      const Result result = place.run(arguments);
      INFO(call[0] << " " << result.err);
      CHECK(result.status == 0);
    }
}

#if !defined(_WIN32)
TEST_CASE("a stdout that is closed, full or gone is an error and no crash", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  std::string lines;
  for (int i = 0; i < 20000; ++i) lines += "\"the cat sat on the mat\"\n";
  for (const char* stdout_is : {">&-", ">/dev/full"}) {
    INFO(stdout_is);
    check_error(place.run({"tokenize", "model", "--input", "-"}, lines, stdout_is), 1, {"stdout"});
    check_error(place.run({"embed", "model", "--input", "-", "--output", "-"}, "cat\n", stdout_is), 1, {"stdout"});
    check_error(place.run({"info", "model"}, "", stdout_is), 1, {"stdout"});
  }
  // The reader leaves after a line; the status is the reader's.
  const Result left = place.run({"tokenize", "model", "--input", "-"}, lines, "| head -1 >first");
  CHECK(lines_of(place.read("first")).size() == 1);
  check_error(left, 0, {"stdout"});
}
#endif
