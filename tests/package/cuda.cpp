// SPDX-License-Identifier: Apache-2.0
// A user's program on the GPU backend; where there is no GPU it says so.
#include <encore/backend/cuda.hpp>

#include <cstdio>
#include <string_view>

int main() {
  try {
    encore::Context<encore::Cuda> context({.precision = encore::Precision::bf16});
    std::printf("encore on %s\n", context.isa().c_str());
  } catch (const encore::UnsupportedError& error) {
    std::puts(error.what());
    return std::string_view(error.what()).starts_with("cuda: there is no GPU here") ? 0 : 1;
  }
}
