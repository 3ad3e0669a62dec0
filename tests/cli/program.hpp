// SPDX-License-Identifier: Apache-2.0
// Runs the program `encore` as a process, and makes the model folders that its tests need.
#pragma once

#include "archive.hpp"
#include "catch.hpp"
#include "io/temporary_folder.hpp"

#include <encore/io/npy.hpp>
#include <encore/io/safetensors.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#if !defined(_WIN32)
#include <sys/wait.h>
#endif

namespace cli_test {

#if defined(ENCORE_PROGRAM)
#define REQUIRE_PROGRAM() (void)0
inline const std::string program = ENCORE_PROGRAM;
#else
#define REQUIRE_PROGRAM() ENCORE_SKIP("the program is not built")
inline const std::string program;
#endif

struct Result {
  int status = -1;  // exit status; -1: killed by a signal
  std::string out;
  std::string err;
};

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

inline std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

// A folder for one test: its files, and runs of the program in it.
class Workplace : public TemporaryFolder {
 public:
  // Arguments are passed as they are; `input` is what stdin gives. `shell` goes behind the command: a redirection, a
  // pipe.
  Result run(const std::vector<std::string>& arguments, const std::string& input = "",
             const std::string& shell = "") const {
    write("stdin", input);
    std::string command = "cd " + quoted(path().string()) + " && " + quoted(program);
    for (const std::string& argument : arguments) command += " " + quoted(argument);
    const int status = std::system((command + " <stdin 2>stderr " + (shell.empty() ? ">stdout" : shell)).c_str());
    Result result;
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    result.out = shell.empty() ? read("stdout") : "";
    result.err = read("stderr");
    for (const char* name : {"stdin", "stdout", "stderr"}) std::filesystem::remove(path() / name);
    return result;
  }
};

// The run failed with that status and one line "error: ..." that holds the words.
inline void check_error(const Result& result, int status, std::initializer_list<const char*> words) {
  INFO("stderr: " << result.err);
  CHECK(result.status == status);
  const std::vector<std::string> lines = lines_of(result.err);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("error: "));
  for (const char* word : words) CHECK(lines[0].find(word) != std::string::npos);
}

inline std::filesystem::path parity(const std::string& name) { return test_data::unpacked("parity/bert/" + name); }

// The words of the small sentence-transformers folder, by id. Parity case `base` has 53 rows of embeddings.
inline std::vector<std::string> vocabulary() {
  std::vector<std::string> words{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "dog",
                                 "sat",   "on",    "mat",   ".",     "?",      "##s", "un",  "##able"};
  for (char c = 'a'; words.size() < 42 && c <= 'z'; ++c) words.push_back(std::string(1, c));
  while (words.size() < 53) words.push_back("word" + std::to_string(words.size()));
  return words;
}

// Weights of a parity case with a tokenizer and sentence-transformers' files around them: vectors of 25, texts cut to
// 12 tokens.
inline std::string sentence_folder(const Workplace& place, const std::string& name = "model",
                                   const std::string& pooling = "mean_tokens") {
  const auto folder = place / name;
  std::filesystem::create_directories(folder);
  for (const char* file : {"config.json", "model.safetensors"})
    std::filesystem::copy_file(parity("base") / file, folder / file);
  std::string words;
  for (const std::string& word : vocabulary()) words += word + "\n";
  place.write(name + "/vocab.txt", words);
  place.write(name + "/tokenizer_config.json", R"({"do_lower_case": true, "tokenizer_class": "BertTokenizer"})");
  place.write(name + "/modules.json",
              R"([{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
      {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
      {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}])");
  place.write(name + "/1_Pooling/config.json",
              R"({"word_embedding_dimension": 25, "pooling_mode_)" + pooling + R"(": true})");
  place.write(name + "/sentence_bert_config.json", R"({"max_seq_length": 12, "do_lower_case": false})");
  return name;
}

}  // namespace cli_test
