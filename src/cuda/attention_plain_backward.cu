// SPDX-License-Identifier: Apache-2.0
// Attention in fp32 arithmetic, backward, for the GPU.
#include <encore/backend/cuda/gpu_launcher.cuh>
#include <encore/backend/cuda/launch/attention_plain.hpp>

namespace encore::cuda {

template void launch_plain_backward(GpuLauncher&, const AttentionTask&);

}  // namespace encore::cuda
