// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "progress.hpp"

#include <encore/core/error.hpp>
#include <encore/core/parallel.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace encore::cli {

namespace {
// Throws CLI's error for a bad value, naming the option.
std::int64_t integer_in(const std::string& text, std::int64_t least, std::int64_t most, const std::string& option) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= least && number <= most) return number;
  throw CLI::ValidationError(
      option.substr(option.rfind(',') + 1),
      "'" + text + "' is not an integer in " + std::to_string(least) + ".." + std::to_string(most));
}
}  // namespace

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& summary,
                      const std::string& details, const std::string& example, ModelOptions& options) {
  CLI::App* command = program.add_subcommand(name, summary);
  command->footer(details + "\nExample: " + example);
  command->add_option("MODEL", options.model, "Its folder, or its name in the Hugging Face cache")
      ->required()
      ->type_name("");
  return command;
}

CLI::Option* add_integer(CLI::App& command, const std::string& flags, std::int64_t& value, std::int64_t least,
                         std::int64_t most, const std::string& help, const std::string& type) {
  const auto set = [&value, least, most, flags](const std::string& text) {
    value = integer_in(text, least, most, flags);
  };
  return command.add_option_function<std::string>(flags, set, help)->type_name(type);
}

CLI::Option* add_integers(CLI::App& command, const std::string& flags, std::vector<std::int64_t>& values,
                          std::int64_t least, std::int64_t most, const std::string& help, const std::string& type) {
  const auto set = [&values, least, most, flags](const std::string& text) {
    values.clear();
    for (const std::string& part : split_at_commas(text)) values.push_back(integer_in(part, least, most, flags));
  };
  return command.add_option_function<std::string>(flags, set, help)->type_name(type);
}

CLI::Option* add_choice(CLI::App& command, const std::string& flags, const std::vector<std::string>& words,
                        std::function<void(std::size_t)> choose, const std::string& help, const std::string& type) {
  const auto known = [words](const std::string& text) {
    if (std::find(words.begin(), words.end(), text) != words.end()) return std::string();
    std::string message = "'" + text + "' is none of";
    for (const std::string& word : words) message += " " + word;
    return message;
  };
  const auto set = [words, choose = std::move(choose)](const std::string& text) {
    choose(std::size_t(std::find(words.begin(), words.end(), text) - words.begin()));
  };
  return command.add_option_function<std::string>(flags, set, help)->check(known)->type_name(type);
}

void add_model_options(CLI::App& command, ModelOptions& options) {
  const auto set_threads = [&options](const std::string& text) {
    options.threads = int(integer_in(text, 0, 1024, "--threads"));
  };
  command
      .add_option_function<std::string>("--threads", set_threads,
                                        "Threads; 0, the default: the cores this process may use")
      ->type_name("N");
  command.add_flag("--oversubscribe", options.oversubscribe, "Take more threads than cores, if --threads says so");
  add_choice(
      command, "--precision", {precision_names.begin(), precision_names.end()},
      [&options](std::size_t i) { options.precision = Precision(i); },
      "Of weights and products; default f32, info lists the others", "P");
  add_choice(
      command, "--backend", {backend_names.begin(), backend_names.end()},
      [&options](std::size_t i) { options.backend = Backend(i); },
      "cpu (default), cuda where built in, reference: slow, in double", "B");
}

int threads_of(const ModelOptions& options) {
  const int cores = usable_cores();
  if (options.oversubscribe || options.threads <= cores) return options.threads;
  std::fprintf(stderr,
               "note: --threads: %d asked for, this process may use %s and takes as many; --oversubscribe takes "
               "all\n",
               options.threads, counted(std::size_t(cores), "core").c_str());
  return cores;
}

}  // namespace encore::cli
