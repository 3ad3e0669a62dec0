// SPDX-License-Identifier: Apache-2.0
// Each operation of a block alone: on the emulator against plain loops, on a GPU against the emulator.
#include "cuda/instructions.hpp"

#include "catch.hpp"
#include "cuda/numbers.hpp"

using namespace cuda_test;

namespace {

struct Outcome {
  std::vector<std::uint32_t> words = std::vector<std::uint32_t>(32 * 13);
  std::vector<float> sums = std::vector<float>(32 * 8), functions = std::vector<float>(32 * 4);
};

struct Inputs {
  std::vector<Bf16> a, b;
  std::vector<float> x;

  Inputs() {
    for (std::uint64_t i = 0; i < InstructionTask::matrix; ++i) {
      a.push_back(rounded<Bf16>(float(encore::RandomStream{1, 0}.normal(i))));
      b.push_back(rounded<Bf16>(float(encore::RandomStream{1, 1}.normal(i))));
    }
    for (std::uint64_t i = 0; i < 32; ++i) x.push_back(float(4 * encore::RandomStream{1, 2}.normal(i)));
  }
};

Outcome run(const std::shared_ptr<Device>& device, const void* kernel, const Inputs& inputs) {
  Outcome outcome;
  const auto sent = [&](const auto& values) {
    Buffer buffer(device, values.size() * sizeof values[0]);
    device->upload(buffer.data(), values.data(), buffer.size());
    return buffer;
  };
  const Buffer a = sent(inputs.a), b = sent(inputs.b), x = sent(inputs.x);
  const Buffer words = sent(outcome.words), sums = sent(outcome.sums), functions = sent(outcome.functions);
  const InstructionTask task{.a = reinterpret_cast<const Bf16*>(a.data()),
                             .b = reinterpret_cast<const Bf16*>(b.data()),
                             .x = reinterpret_cast<const float*>(x.data()),
                             .words = reinterpret_cast<std::uint32_t*>(words.data()),
                             .sums = reinterpret_cast<float*>(sums.data()),
                             .functions = reinterpret_cast<float*>(functions.data())};
  device->launch(kernel, Grid{1, 1, 32, InstructionKernel::shared}, &task);
  device->download(outcome.words.data(), words.data(), words.size());
  device->download(outcome.sums.data(), sums.data(), sums.size());
  device->download(outcome.functions.data(), functions.data(), functions.size());
  return outcome;
}

Outcome emulated(const Inputs& inputs) {
  return run(std::make_shared<Emulator>(), KernelEntry<InstructionKernel, InstructionTask>::get(), inputs);
}

}  // namespace

TEST_CASE("The emulator's products are those of plain loops", "[cuda][instructions]") {
  const Inputs inputs;
  const Outcome outcome = emulated(inputs);
  for (int lane = 0; lane < 32; ++lane) {
    for (int e = 0; e < 4; ++e) {
      const int m = lane / 4 + e / 2 * 8, n = lane % 4 * 2 + e % 2;
      double first = 0, second = 1 + e;
      for (int k = 0; k < 16; ++k) {
        const double x = double(to_float(inputs.a[std::size_t(16 * m + k)]));
        first += x * double(to_float(inputs.b[std::size_t(16 * n + k)]));
        second += x * double(to_float(inputs.b[std::size_t(16 * k + 8 + n)]));
      }
      CHECK(outcome.sums[std::size_t(8 * lane + e)] == Approx(first).margin(1e-5));
      CHECK(outcome.sums[std::size_t(8 * lane + 4 + e)] == Approx(second).margin(1e-5));
    }
    CHECK(outcome.words[std::size_t(13 * lane + 9)] == 1);
    CHECK(outcome.words[std::size_t(13 * lane + 11)] == 0);
  }
}

TEST_CASE("The GPU's instructions do what the emulator defines", "[cuda][instructions][gpu]") {
  if (!on_gpu()) ENCORE_SKIP("the tests run on the emulator, not on a GPU");
  REQUIRE(gpu_instruction_kernel());
  const Inputs inputs;
  const Outcome expected = emulated(inputs);
  const Outcome outcome = run(open_gpu(), gpu_instruction_kernel(), inputs);
  CHECK(outcome.words == expected.words);
  for (std::size_t i = 0; i < expected.sums.size(); ++i)
    CHECK(outcome.sums[i] == Approx(expected.sums[i]).margin(1e-5));
  for (std::size_t i = 0; i < expected.functions.size(); ++i)
    CHECK(outcome.functions[i] == Approx(expected.functions[i]).epsilon(1e-6));
}
