// SPDX-License-Identifier: Apache-2.0
// One warp that uses each of a block's operations once: what the GPU makes of it must be what the emulator defines.
#pragma once

#include <encore/backend/cuda/kernels/warp.hpp>

namespace cuda_test {

using namespace encore::cuda;

struct InstructionTask {
  static constexpr int matrix = 16 * 16;
  static constexpr int floats = 32 * 16;

  const Bf16* a = nullptr;         // [16, 16]
  const Bf16* b = nullptr;         // [16, 16]
  const float* x = nullptr;        // [32]
  std::uint32_t* words = nullptr;  // [32, 13]: loads, transposed loads, packs, a shuffle
  float* sums = nullptr;           // [32, 8]: the product of a and b', and of a and b
  float* functions = nullptr;      // [32, 4]
};

struct InstructionKernel {
  static constexpr std::size_t shared = 2 * InstructionTask::matrix * sizeof(Bf16) + 64;

  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const InstructionTask& task) const {
    Bf16* a = reinterpret_cast<Bf16*>(block.shared());
    Bf16* b = a + InstructionTask::matrix;
    Bf16* zeros = b + InstructionTask::matrix;
    const int lane = block.lane();
    block.copy_async(a + 8 * lane, task.a + 8 * lane, true);
    block.copy_async(b + 8 * lane, task.b + 8 * lane, true);
    if (lane < 4) block.copy_async(zeros + 8 * lane, task.a, false);
    block.commit_copies();
    block.template wait_copies<0>();
    block.sync();

    std::uint32_t* words = task.words + 13 * lane;
    std::uint32_t left[4], right[4], turned[4];
    block.load_matrices(left, a + lane % 16 * 16 + lane / 16 * 8);
    block.load_matrices(right, b + (lane % 8 + lane / 16 * 8) * 16 + lane / 8 % 2 * 8);
    block.load_matrices_transposed(turned, b + lane % 16 * 16 + lane / 16 * 8);
    for (int i = 0; i < 4; ++i) {
      words[i] = left[i];
      words[4 + i] = turned[i];
    }
    const float x = task.x[lane];
    words[8] = block.pack(x, -x);
    const float other = block.shuffle_xor(x, 5);
    words[9] = other == task.x[lane ^ 5] ? 1 : 0;
    words[10] = rounded<Bf16>(x).bits;
    words[11] = zeros[lane].bits;
    words[12] = rounded<Bf16>(to_float(task.a[lane])).bits;

    float first[4] = {}, second[4] = {1, 2, 3, 4};
    block.multiply_add(first, left, right[0], right[1]);
    block.multiply_add(second, left, turned[2], turned[3]);
    for (int i = 0; i < 4; ++i) {
      task.sums[8 * lane + i] = first[i];
      task.sums[8 * lane + 4 + i] = second[i];
    }
    task.functions[4 * lane] = block.square_root(x < 0 ? -x : x);
    task.functions[4 * lane + 1] = block.exponential(x);
    task.functions[4 * lane + 2] = block.logarithm(x < 0 ? -x : x);
    task.functions[4 * lane + 3] = block.power_of_two(x);
  }
};

// The GPU's kernel; null in a build without CUDA.
const void* gpu_instruction_kernel();

}  // namespace cuda_test
