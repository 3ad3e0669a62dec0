// SPDX-License-Identifier: Apache-2.0
#include "errors.hpp"

#include <csignal>

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

std::string one_line(std::string_view message) {
  std::string line;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const auto c = static_cast<unsigned char>(message[i]);
    if (c == '\n') {
      while (i + 1 < message.size() && (message[i + 1] == ' ' || message[i + 1] == '\n')) ++i;
      if (i + 1 < message.size()) line += line.ends_with(':') ? " " : "; ";
    } else {
      line += c < 0x20 || c == 0x7f ? ' ' : message[i];
    }
  }
  return line;
}

}  // namespace encore::cli
