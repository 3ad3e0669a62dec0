// SPDX-License-Identifier: Apache-2.0
// A user's program without any compiled part of encore: the CPU backend by this file's own flags.
#include <encore/backend/cpu.hpp>
#include <encore/version.hpp>

#include <cstdio>
#include <string>

int main() {
  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  std::printf("encore %d.%d.%d: %s, %d threads\n", ENCORE_VERSION_MAJOR, ENCORE_VERSION_MINOR, ENCORE_VERSION_PATCH,
              std::string(cpu.isa()).c_str(), cpu.threads());
}
