// SPDX-License-Identifier: Apache-2.0
// The command line of encore: help, bad usage, streams that go away.
#include "program.hpp"

#include <encore/core/parallel.hpp>

#if !defined(_WIN32)
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#endif

using namespace cli_test;

namespace {
const std::vector<std::string> commands{"embed", "search", "encode", "predict", "tokenize", "info", "bench"};
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

TEST_CASE("help COMMAND is COMMAND --help", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  CHECK(place.run({"help"}).out == place.run({"--help"}).out);
  for (const std::string& command : commands) {
    const Result result = place.run({"help", command});
    CHECK(result.status == 0);
    CHECK(result.out == place.run({command, "--help"}).out);
  }
  check_error(place.run({"help", "emebd"}), 2, {"did you mean embed?"});
}

TEST_CASE("a word that is no command or option is told with the one it may be meant for, and commands are listed",
          "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  const std::string base = parity("base").string();
  const std::string list = "There are embed search encode predict tokenize info bench";
  for (const char* word : {"emebd", "embd", "embedd", "emb", "Embed"})
    check_error(place.run({word, base}), 2, {"is not a command; did you mean embed?", list.c_str()});
  check_error(place.run({"tokenise", base}), 2, {"did you mean tokenize?"});
  check_error(place.run({"frobnicate"}), 2, {"'frobnicate' is not a command. There are"});
  check_error(place.run({"rerank", base, "--query", "q"}), 2, {"a task: encore predict MODEL --task rerank"});
  check_error(place.run({"embed", base, "--inptu", "x", "--output", "y"}), 2,
              {"'--inptu' is not an option of embed; did you mean --input?"});
  check_error(place.run({"info", base, "--frobnicate=1"}), 2, {"'--frobnicate' is not an option of info", "--help"});
}

TEST_CASE("more threads than cores are no more than the cores, with a line that says so, unless they are insisted on",
          "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  const std::string cores = std::to_string(encore::usable_cores());
  const std::string base = parity("base").string();
  const Result capped = place.run({"info", base, "--json", "--threads", "1000"});
  CHECK(capped.status == 0);
  CHECK(lines_of(capped.err).size() == 1);
  CHECK(capped.err.starts_with("note: --threads: 1000 asked for, this process may use " + cores + " core"));
  CHECK(nlohmann::json::parse(capped.out)["threads"] == encore::usable_cores());
  const Result all = place.run({"info", base, "--json", "--threads", "65", "--oversubscribe"});
  CHECK(all.err.empty());
  CHECK(nlohmann::json::parse(all.out)["threads"] == 65);
}

TEST_CASE("a number of one is followed by the singular", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("two.txt", "cat\ndog\n");
  const auto said = [&](const std::vector<std::string>& arguments, const std::string& input) {
    const Result result = place.run(arguments, input);
    CHECK(result.status == 0);
    return result.err;
  };
  const std::vector<std::string> embed{"embed", "model", "--input", "-", "--output", "out.npy", "--threads", "1"};
  CHECK(said(embed, "cat\n").starts_with("1 text (3 tokens) in "));
  CHECK(said(embed, "cat\n").find(", 1 thread, ") != std::string::npos);
  CHECK(said(embed, "cat\ndog\n").starts_with("2 texts (6 tokens) in "));
  CHECK(place.run({"info", "model", "--threads", "1"}).out.find("workspace (1 thread)\n") != std::string::npos);
}

TEST_CASE("info shows no empty row", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  for (const std::string& model : {std::string("model"), parity("base").string()}) {
    const std::string out = place.run({"info", model}).out;
    for (const std::string& line : lines_of(out.substr(0, out.find("\n\n")))) {
      INFO(line);
      CHECK(line.size() > 18);
      CHECK(line.back() != ' ');
    }
  }
}

TEST_CASE("empty input gives empty output and status 0", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  const auto check = [&](const std::vector<std::string>& arguments, const std::string& output) {
    INFO(arguments[0]);
    const Result result = place.run(arguments, "");
    CHECK(result.status == 0);
    CHECK(result.out == output);
    CHECK(result.err.find("error") == std::string::npos);
  };
  for (const char* format : {"text", "jsonl"}) {
    check({"embed", "model", "--input", "-", "--output", "-", "--input-format", format}, "");
    check({"tokenize", "model", "--input", "-", "--input-format", format}, "");
    check({"predict", test_data::unpacked("predict/bert/fill_mask").string(), "--input", "-", "--input-format", format},
          "");
    check({"search", "model", "--corpus", "-", "--query", "cat", "--corpus-format", format}, "");
  }
  check({"search", "model", "--corpus", "-", "--query", "cat", "--query", "dog"}, "");
  check({"encode", "model", "--ids", "-", "--output", "-"}, std::string("\x8\0\0\0\0\0\0\0{}      ", 16));
  CHECK(place.run({"search", "model", "--corpus", "-", "--query", "cat"}).err == "the corpus, stdin, is empty\n");
}

TEST_CASE("bytes that are not UTF-8 are counted on stderr", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  const std::string remark = " of stdin hold bytes that are not UTF-8; these were read as U+FFFD";
  const std::string three = "caf\xe9\ncat\n\xff\ncaf\xc3\xa9\n\xed\xa0\x80\n";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"embed", "model", "--input", "-", "--output", "-"},
        {"tokenize", "model", "--input", "-", "--input-format", "text"},
        {"search", "model", "--corpus", "-", "--query", "cat"}}) {
    const Result result = place.run(arguments, three);
    CHECK(result.status == 0);
    CHECK(result.err.find("3 lines" + remark) != std::string::npos);
    CHECK(place.run(arguments, "\xff\n").err.find("1 line of stdin holds bytes") != std::string::npos);
    CHECK(place.run(arguments, "caf\xc3\xa9\n").err.find("UTF-8") == std::string::npos);
  }
  CHECK(place.run({"search", "model", "--corpus", "-", "--query", "\xff"}, "cat\n").err.find("a query holds bytes") !=
        std::string::npos);
}

TEST_CASE("tensors that do not match are counted, and five of them named", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  nlohmann::json config = nlohmann::json::parse(place.read("model/config.json"));
  config["num_hidden_layers"] = 7;
  place.write("model/config.json", config.dump());
  const Result result = place.run({"embed", "model", "--input", "-", "--output", "-"}, "cat\n");
  check_error(result, 1, {"tensors do not match the model", " missing: ", " more"});
  CHECK(std::count(result.err.begin(), result.err.end(), '\'') == 2 * 5);
}

#if !defined(_WIN32)
TEST_CASE("an output that is an input is refused, whatever either is called", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("x.jsonl", "\"cat\"\n");
  place.write("ids", "[1]\n");
  std::filesystem::create_symlink("x.jsonl", place / "link.jsonl");
  std::filesystem::create_hard_link(place / "x.jsonl", place / "hard.jsonl");
  for (const char* output : {"x.jsonl", "./x.jsonl", "link.jsonl", "hard.jsonl", "model/../x.jsonl"})
    check_error(place.run({"embed", "model", "--input", "x.jsonl", "--output", output}), 2, {"is the input, x.jsonl"});
  check_error(place.run({"encode", "model", "--ids", "ids", "--output", "ids"}), 2, {"is the input, ids"});
  check_error(place.run({"predict", test_data::unpacked("predict/bert/fill_mask").string(), "--input", "x.jsonl",
                         "--output", "x.jsonl"}),
              2, {"input"});
  check_error(place.run({"tokenize", "model", "--input", "x.jsonl"}, "", ">>x.jsonl"), 2,
              {"the output, stdout, is the input, x.jsonl, itself"});
  check_error(place.run({"search", "model", "--corpus", "x.jsonl", "--query", "q"}, "", ">>x.jsonl"), 2, {"stdout"});
  check_error(place.run({"encode", "model", "--ids", "ids", "--output", "model/model.safetensors"}), 2,
              {"is the model's own model.safetensors"});
  CHECK(place.read("x.jsonl") == "\"cat\"\n");
  CHECK(place.run({"embed", "model", "--input", "x.jsonl", "--output", "other.jsonl"}).status == 0);
}

TEST_CASE("an output that is a symbolic link is written through, be it a link to nothing", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  std::filesystem::create_directory(place / "real");
  std::filesystem::create_symlink("real/out.jsonl", place / "link.jsonl");
  for (int i = 0; i < 2; ++i) {
    CHECK(place.run({"embed", "model", "--input", "-", "--output", "link.jsonl"}, "cat\n").status == 0);
    CHECK(std::filesystem::is_symlink(place / "link.jsonl"));
    CHECK(place.read("real/out.jsonl").starts_with("["));
    CHECK(std::distance(std::filesystem::directory_iterator(place / "real"), {}) == 1);
  }
}

TEST_CASE("inputs may be pipes, the files of a model may not", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  REQUIRE(::mkfifo((place / "pipe").c_str(), 0600) == 0);
  const std::string pipe = quoted((place / "pipe").string());
  place.run({"embed", "model", "--input", "pipe", "--output", "-"}, "", ">out & echo cat >" + pipe + "; wait");
  CHECK(place.read("out").starts_with("["));
  for (const char* name : {"model.safetensors", "config.json", "vocab.txt"}) {
    INFO(name);
    std::filesystem::rename(place / ("model/" + std::string(name)), place / "kept");
    std::filesystem::create_symlink("/dev/zero", place / ("model/" + std::string(name)));
    check_error(place.run({"embed", "model", "--input", "-", "--output", "-"}, "cat\n"), 1, {name, "is a device"});
    std::filesystem::remove(place / ("model/" + std::string(name)));
    std::filesystem::create_symlink("../pipe", place / ("model/" + std::string(name)));
    check_error(place.run({"embed", "model", "--input", "-", "--output", "-"}, "cat\n"), 1, {name, "is a pipe"});
    std::filesystem::rename(place / "kept", place / ("model/" + std::string(name)));
  }
}

TEST_CASE("a stdout that is closed or full is an error and no crash", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  std::string lines;
  for (int i = 0; i < 20000; ++i) lines += "\"the cat sat on the mat\"\n";
  for (const char* stdout_is : {">&-", ">/dev/full"}) {
    INFO(stdout_is);
    check_error(place.run({"tokenize", "model", "--input", "-"}, lines, stdout_is), 1, {"stdout"});
    check_error(place.run({"tokenize", "model", "--input", "-"}, "\"cat\"\n", stdout_is), 1, {"stdout"});
    check_error(place.run({"embed", "model", "--input", "-", "--output", "-"}, "cat\n", stdout_is), 1, {"stdout"});
    check_error(place.run({"search", "model", "--corpus", "-", "--query", "q"}, "cat\n", stdout_is), 1, {"stdout"});
    check_error(place.run({"encode", "model", "--ids", "-", "--output", "-"}, "[1]\n", stdout_is), 1, {"stdout"});
    check_error(place.run({"info", "model"}, "", stdout_is), 1, {"stdout"});
    check_error(place.run({"bench", "model", "--iterations", "1"}, "", stdout_is), 1, {"stdout"});
    for (const std::vector<std::string>& help : {std::vector<std::string>{"--version"}, {"--help"}, {"help", "embed"}})
      check_error(place.run(help, "", stdout_is), 1, {"stdout"});
  }
  for (const std::vector<std::string>& to_device :
       {std::vector<std::string>{"embed", "model", "--input", "-", "--output-format", "jsonl"},
        {"embed", "model", "--input", "-", "--output-format", "npy"}}) {
    std::vector<std::string> arguments = to_device;
    arguments.insert(arguments.end(), {"--output", "/dev/full"});
    check_error(place.run(arguments, "cat\n"), 1, {"/dev/full: cannot be written"});
  }
  check_error(place.run({"encode", "model", "--ids", "-", "--output", "/dev/full"}, "[1]\n"), 1, {"/dev/full"});
}

TEST_CASE("a reader that has read enough ends the program without a word", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  std::string lines;
  for (int i = 0; i < 20000; ++i) lines += "\"the cat sat on the mat\"\n";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"tokenize", "model", "--input", "-"},
        {"embed", "model", "--input", "-", "--output", "-"},
        {"embed", "model", "--input", "-", "--output", "/dev/stdout", "--output-format", "jsonl"}}) {
    const Result left = place.run(arguments, lines, "| head -1 >first");  // the status is the reader's
    CHECK(lines_of(place.read("first")).size() == 1);
    CHECK(left.err.empty());
  }
}

TEST_CASE("a signal that ends the program leaves nothing half done behind", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  const int before = place.count();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGUSR1}) {
    INFO(signal);
    int input[2];
    REQUIRE(::pipe(input) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::dup2(input[0], STDIN_FILENO);
      ::close(input[0]);
      ::close(input[1]);
      std::signal(signal, SIG_DFL);
      const rlimit no_core{0, 0};
      ::setrlimit(RLIMIT_CORE, &no_core);
      if (::chdir(place.path().c_str()) == 0)
        ::execl(program.c_str(), "encore", "embed", "model", "--input", "-", "--output", "out.npy", nullptr);
      ::_exit(99);
    }
    ::close(input[0]);
    for (int i = 0; i < 600 && place.count() == before; ++i) ::usleep(50'000);
    CHECK(place.count() == before + 1);  // what is half done
    ::kill(child, signal);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    ::close(input[1]);
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == signal));
    CHECK(place.count() == before);
  }
}

TEST_CASE("an output that grows beyond the limit of files is an error that leaves nothing behind", "[cli]") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  std::string lines;
  for (int i = 0; i < 2000; ++i) lines += "cat\n";
  place.write("lines.txt", lines);
  const int before = place.count();
  const std::string command = "cd " + quoted(place.path().string()) + " && ulimit -f 8 && " + quoted(program) +
                              " embed model --input lines.txt --output out.npy 2>stderr";
  const int status = std::system(command.c_str());
  const std::string error = place.read("stderr");
  std::filesystem::remove(place / "stderr");
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 1));
  CHECK(error == "error: out.npy: cannot be written: File too large\n");
  CHECK(place.count() == before);
}
#endif
