// SPDX-License-Identifier: Apache-2.0
#include "errors.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

namespace encore::cli {

namespace {
volatile std::sig_atomic_t interrupted = 0;

#if defined(SA_RESETHAND)
// Notes the signal, once.
void note(int signal) {
  struct sigaction action {};
  action.sa_handler = [](int which) { interrupted = which; };
  action.sa_flags = int(SA_RESETHAND);  // without SA_RESTART: a read that waits for input ends
  sigaction(signal, &action, nullptr);
}
#endif
}  // namespace

void catch_write_signals() {
#if defined(SA_RESETHAND)
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = SIGPIPE; };
  sigaction(SIGPIPE, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);
#endif
}

void catch_interrupts() {
#if defined(SA_RESETHAND)
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGALRM, SIGUSR1, SIGUSR2}) {
    struct sigaction before {};
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) note(signal);
  }
#endif
}

int interruption() { return interrupted; }

void check_interrupts() {
  if (interrupted) throw Interrupted(interrupted);
}

void print_error(const char* message) noexcept {
  std::fputs("error: ", stderr);
  char last = 0;
  for (const char* c = message; *c; last = *c++) {
    if (*c == '\n') {
      while (c[1] == ' ' || c[1] == '\n') ++c;
      if (c[1]) std::fputs(last == ':' ? " " : "; ", stderr);
    } else {
      const auto byte = static_cast<unsigned char>(*c);
      std::fputc(byte < 0x20 || byte == 0x7f ? ' ' : *c, stderr);
    }
  }
  std::fputc('\n', stderr);
}

void catch_termination() noexcept {
  std::set_terminate([] {
    bool out_of_memory = errno == ENOMEM;  // an exception that could not be made is none
    try {
      if (const std::exception_ptr error = std::current_exception()) {
        out_of_memory = false;
        std::rethrow_exception(error);
      }
    } catch (const std::bad_alloc&) {
      out_of_memory = true;
    } catch (...) {
    }
    if (!out_of_memory) std::abort();
    print_error("out of memory");
    std::_Exit(1);
  });
}

#if defined(__GNUC__)
namespace {
// Before main: the option parser's own constants take memory.
__attribute__((constructor(101))) void catch_early_termination() { catch_termination(); }
}  // namespace
#endif

}  // namespace encore::cli
