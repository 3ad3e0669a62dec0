// SPDX-License-Identifier: Apache-2.0
// measure_compile FILE.cpp... -- COMPILER [FLAG...]
// Compiles each file alone and prints seconds and peak megabytes of the compiler. Fails when a file does not compile,
// or takes more memory than its first line allows: `// budget: 1000 MB`. A second line `// flags: ...` adds to the
// flags.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

extern char** environ;

namespace {

struct Cost {
  bool compiled = false;
  double seconds = 0;
  double megabytes = 0;
};

Cost measure(std::vector<std::string> command) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);

  const auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (posix_spawnp(&child, argv[0], nullptr, nullptr, argv.data(), environ) != 0) return {};
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child) return {};
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  // The largest of the driver and the compiler that it ran and waited for; Linux counts in KiB.
  return {WIFEXITED(status) && WEXITSTATUS(status) == 0, elapsed.count(),
          static_cast<double>(usage.ru_maxrss) * 1024 / 1e6};
}

// What follows `key` on line `number` (0-based), or nothing.
std::string header_line(const std::string& file, int number, const std::string& key) {
  std::ifstream in(file);
  std::string line;
  for (int i = 0; i <= number; ++i) std::getline(in, line);
  return line.starts_with(key) ? line.substr(key.size()) : std::string();
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> files(argv + 1, argv + argc);
  const auto split = std::find(files.begin(), files.end(), "--");
  if (files.empty() || split == files.end() || split + 1 == files.end()) {
    std::fputs("error: usage: measure_compile FILE.cpp... -- COMPILER [FLAG...]\n", stderr);
    return 2;
  }
  const std::vector<std::string> command(split + 1, files.end());
  files.erase(split, files.end());

  std::printf("%s\n%-32s %9s %9s %9s\n", command.front().c_str(), "file", "seconds", "MB", "budget MB");
  bool good = true;
  for (const std::string& file : files) {
    const std::string name = std::filesystem::path(file).filename().string();
    const double budget = std::strtod(header_line(file, 0, "// budget: ").c_str(), nullptr);
    if (budget <= 0) {
      std::fprintf(stderr, "error: %s: its first line must be `// budget: <number> MB`\n", name.c_str());
      good = false;
      continue;
    }
    std::vector<std::string> words = command;
    std::istringstream flags(header_line(file, 1, "// flags: "));
    for (std::string flag; flags >> flag;) words.push_back(flag);
    words.insert(words.end(), {"-c", "-o", "/dev/null", file});

    const Cost cost = measure(words);
    std::printf("%-32s %9.2f %9.0f %9.0f\n", name.c_str(), cost.seconds, cost.megabytes, budget);
    std::fflush(stdout);
    if (!cost.compiled) {
      std::fprintf(stderr, "error: %s: does not compile\n", name.c_str());
      good = false;
    } else if (cost.megabytes > budget) {
      std::fprintf(stderr, "error: %s: %.0f MB, beyond its budget of %.0f MB\n", name.c_str(), cost.megabytes, budget);
      good = false;
    }
  }
  return good ? 0 : 1;
}
