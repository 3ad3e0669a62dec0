// SPDX-License-Identifier: Apache-2.0
#include "cuda/instructions.hpp"

#include <encore/backend/cuda/gpu_block.cuh>

namespace cuda_test {

const void* gpu_instruction_kernel() { return KernelEntry<InstructionKernel, InstructionTask>::get(); }

}  // namespace cuda_test
