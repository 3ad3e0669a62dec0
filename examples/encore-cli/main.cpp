// SPDX-License-Identifier: Apache-2.0
// encore: the library as a program. Each command is a file of its own; here are the command line and the exit status:
// 0, 1 (bad data or model), 2 (bad usage), the last two with one line "error: ..." on stderr.
#include "errors.hpp"
#include "options.hpp"
#include "output.hpp"
#include "suggest.hpp"

#include <encore/version.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#if __has_include(<fcntl.h>) && __has_include(<unistd.h>)
#include <fcntl.h>
#include <unistd.h>
#define ENCORE_POSIX 1
#endif

namespace {

// A standard stream that is closed would lend its number to the next file opened: a null device that refuses takes its
// place.
void guard_standard_streams() {
#if defined(ENCORE_POSIX)
  for (int stream = 0; stream <= 2; ++stream)
    if (fcntl(stream, F_GETFD) == -1) (void)open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
#endif
}

int fail(int status, const char* message) {
  encore::cli::print_error(message);
  return status;
}

const std::vector<std::string> commands{"embed", "search", "encode", "predict", "tokenize", "info", "bench"};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// The arguments with `help COMMAND` as `COMMAND --help`. Throws UsageError for a first word that is no command.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (!arguments.empty() && arguments[0] == "help") {
    arguments.resize(std::min<std::size_t>(arguments.size(), 2));
    arguments.erase(arguments.begin());
    arguments.push_back("--help");
  }
  const std::string word = arguments.empty() ? "" : arguments[0];
  if (word.starts_with('-') || arguments.empty() || std::find(commands.begin(), commands.end(), word) != commands.end())
    return arguments;
  const auto& tasks = encore::cli::task_names;
  std::string hint;
  if (std::find(tasks.begin(), tasks.end(), word) != tasks.end())
    hint = " but a task: encore predict MODEL --task " + word + ".";
  else if (const std::string meant = encore::cli::nearest(word, commands); !meant.empty())
    hint = "; did you mean " + meant + "?";
  else
    hint = ".";
  throw encore::cli::UsageError("'" + word + "' is not a command" + hint + " There are " + joined(commands));
}

// What CLI11 says; but for an option that there is none of, that it is so, and which may have been meant.
std::string explained(const CLI::App& program, const CLI::ParseError& error,
                      const std::vector<std::string>& arguments) {
  const bool may_be_mistyped =
      dynamic_cast<const CLI::ExtrasError*>(&error) || dynamic_cast<const CLI::RequiredError*>(&error);
  if (!may_be_mistyped || program.get_subcommands().empty()) return error.what();
  const CLI::App* command = program.get_subcommands().front();
  std::vector<std::string> known;
  for (const CLI::Option* option : command->get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  for (const std::string& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    if (!name.starts_with("--") || name == "--" || std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string meant = encore::cli::nearest(name, known);
    return "'" + name + "' is not an option of " + command->get_name() +
           (meant.empty() ? ": encore " + command->get_name() + " --help lists them" : "; did you mean " + meant + "?");
  }
  return error.what();
}

std::string version() {
  return "encore " + std::to_string(ENCORE_VERSION_MAJOR) + "." + std::to_string(ENCORE_VERSION_MINOR) + "." +
         std::to_string(ENCORE_VERSION_PATCH);
}

int run(int argc, char** argv) {
  CLI::App program("Transformer encoders: text in, vectors out. encore COMMAND --help tells the rest.", "encore");
  program.footer("Example: encore search all-MiniLM-L6-v2 --corpus sentences.txt --query \"why is snow white\"");
  program.set_version_flag("--version", version(), "Print the version and exit");
  encore::cli::Action action;
  encore::cli::add_embed(program, action);
  encore::cli::add_search(program, action);
  encore::cli::add_encode(program, action);
  encore::cli::add_predict(program, action);
  encore::cli::add_tokenize(program, action);
  encore::cli::add_info(program, action);
  encore::cli::add_bench(program, action);
  for (CLI::App* command : program.get_subcommands({})) command->get_formatter()->column_width(28);
  const std::vector<std::string> arguments = arguments_of(argc, argv);
  try {
    program.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    if (!action) throw CLI::RequiredError("a command (" + joined(commands) + ")");
  } catch (const CLI::Success& success) {  // --help, --version
    std::ostringstream text;
    program.exit(success, text);
    encore::cli::Stdout out;
    out.write(text.str());
    out.finish();
    return 0;
  } catch (const CLI::ParseError& error) {
    return fail(2, explained(program, error, arguments).c_str());
  }
  action();
  return 0;
}

// Dies of the signal, as the shell expects. What was half done is gone by now.
int die_of(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  guard_standard_streams();
  encore::cli::catch_termination();
  encore::cli::catch_write_signals();
  try {
    return run(argc, argv);
  } catch (const encore::cli::Interrupted& interrupted) {
    return die_of(interrupted.signal());
  } catch (const std::exception& error) {
    if (const int signal = encore::cli::interruption()) return die_of(signal);  // it is why reading or writing failed
    if (dynamic_cast<const std::bad_alloc*>(&error)) return fail(1, "out of memory");
    return fail(dynamic_cast<const encore::cli::UsageError*>(&error) ? 2 : 1, error.what());
  }
}
