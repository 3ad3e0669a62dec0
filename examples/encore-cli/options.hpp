// SPDX-License-Identifier: Apache-2.0
// What every command takes, and how the program finds its commands: each add_*() declares one and, when the command
// line names it, sets the action to run.
#pragma once

#include <encore/core/precision.hpp>

#include <CLI/CLI.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace encore::cli {

enum class Backend : std::uint8_t { cpu, reference, cuda };
inline constexpr std::array<const char*, 3> backend_names{"cpu", "reference", "cuda"};

// The model, and what computes it.
struct ModelOptions {
  std::string model;
  int threads = 0;             // asked for; 0: the cores this process may use
  bool oversubscribe = false;  // threads may be more than the cores
  Precision precision = Precision::f32;
  Backend backend = Backend::cpu;
};

// What `predict` does, in the order of its Task.
inline const std::vector<std::string> task_names{"fill-mask", "classify", "tag", "answer", "rerank", "sparse"};

using Action = std::function<void()>;

void add_embed(CLI::App& program, Action& action);
void add_search(CLI::App& program, Action& action);
void add_encode(CLI::App& program, Action& action);
void add_tokenize(CLI::App& program, Action& action);
void add_predict(CLI::App& program, Action& action);
void add_info(CLI::App& program, Action& action);
void add_bench(CLI::App& program, Action& action);

// Declares a command with the model as its first argument. `summary` is a line of the program's help; `details` and
// `example` end the command's own.
CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& summary,
                      const std::string& details, const std::string& example, ModelOptions& options);
// Declares --threads, --oversubscribe, --precision, --backend: the last options of a command.
void add_model_options(CLI::App& command, ModelOptions& options);
// The threads to take. Where more were asked for than there are cores, which makes all of them slow, it is no more than
// these, and a line on stderr says so.
int threads_of(const ModelOptions& options);
// "a,b" -> {"a", "b"}
std::vector<std::string> split_at_commas(const std::string& text);
// An integer option within bounds, shown as `type` in the help.
CLI::Option* add_integer(CLI::App& command, const std::string& flags, std::int64_t& value, std::int64_t least,
                         std::int64_t most, const std::string& help, const std::string& type = "N");
// A list of them, separated by commas.
CLI::Option* add_integers(CLI::App& command, const std::string& flags, std::vector<std::int64_t>& values,
                          std::int64_t least, std::int64_t most, const std::string& help,
                          const std::string& type = "N,..");
// One of a few words. `--flag word` gives the word's place in the list.
CLI::Option* add_choice(CLI::App& command, const std::string& flags, const std::vector<std::string>& words,
                        std::function<void(std::size_t)> choose, const std::string& help, const std::string& type);

}  // namespace encore::cli
