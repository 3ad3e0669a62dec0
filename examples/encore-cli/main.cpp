// SPDX-License-Identifier: Apache-2.0
// encore: the library as a program. Each command is a file of its own; here are the command line and the exit status:
// 0, 1 (bad data or model), 2 (bad usage), the last two with one line "error: ..." on stderr.
#include "errors.hpp"
#include "options.hpp"

#include <encore/version.hpp>

#include <csignal>
#include <cstdio>
#include <new>
#include <string>

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
#if defined(SIGPIPE)
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error like any other
#endif
}

int fail(int status, const std::string& message) {
  std::fprintf(stderr, "error: %s\n", encore::cli::one_line(message).c_str());
  return status;
}

// The command line's action; none when help was asked for and given.
encore::cli::Action parse(CLI::App& program, int argc, char** argv) {
  encore::cli::Action action;
  encore::cli::add_embed(program, action);
  encore::cli::add_search(program, action);
  encore::cli::add_encode(program, action);
  encore::cli::add_predict(program, action);
  encore::cli::add_tokenize(program, action);
  encore::cli::add_info(program, action);
  encore::cli::add_bench(program, action);
  for (CLI::App* command : program.get_subcommands({})) command->get_formatter()->column_width(28);
  program.parse(argc, argv);
  if (!action) throw CLI::RequiredError("a command (embed search encode predict tokenize info bench)");
  return action;
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
  try {
    action = parse(program, argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    program.exit(success);
    return std::fflush(stdout) == 0 ? 0 : fail(1, "stdout: cannot be written");
  } catch (const CLI::ParseError& error) {
    return fail(2, error.what());
  }
  action();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  guard_standard_streams();
  try {
    return run(argc, argv);
  } catch (const encore::cli::Interrupted& interrupted) {
    std::signal(interrupted.signal(), SIG_DFL);  // what was half done is gone by now; die as the shell expects
    std::raise(interrupted.signal());
    return 1;
  } catch (const encore::cli::UsageError& error) {
    return fail(2, error.what());
  } catch (const std::bad_alloc&) {
    return fail(1, "out of memory");
  } catch (const std::exception& error) {
    return fail(1, error.what());
  }
}
