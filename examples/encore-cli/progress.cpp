// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include "errors.hpp"

#include <cstdio>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace encore::cli {

std::string grouped(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t place = text.size(); place > 3;) text.insert(place -= 3, 1, ',');
  return text;
}

std::string counted(std::size_t number, const std::string& thing) {
  return grouped(number) + " " + thing + (number == 1 ? "" : "s");
}

Progress::Progress() : terminal_(false) {
#if __has_include(<unistd.h>)
  terminal_ = isatty(STDERR_FILENO) == 1;
#endif
}

Progress::~Progress() { wipe(); }

void Progress::wipe() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

void Progress::update(std::size_t texts, std::optional<double> fraction) {
  check_interrupts();
  if (!terminal_) return;
  const double now = since_.seconds();
  if (now - last_ < 0.1) return;
  last_ = now;
  std::fprintf(stderr, "\r%s, %.0f texts/s", counted(texts, "text").c_str(), double(texts) / now);
  if (fraction) std::fprintf(stderr, ", %.0f %%", 100 * *fraction);
  std::fputs("\x1b[K", stderr);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace encore::cli
