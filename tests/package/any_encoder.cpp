// SPDX-License-Identifier: Apache-2.0
// A user's program with the compiled models: says what architecture the folder named by its argument or by ENCORE_MINILM
// has.
#include <encore/backend/cpu.hpp>
#include <encore/models/any_encoder.hpp>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  encore::Context<encore::Cpu> cpu{{.threads = 1}};
  const char* path = argc > 1 ? argv[1] : std::getenv("ENCORE_MINILM");
  if (!path) return 0;
  const auto folder = encore::ModelFolder::open(path);
  const auto model = encore::AnyEncoder<encore::Cpu>::open(cpu, folder);
  std::printf("%s\n", model->describe().name.c_str());
}
