// SPDX-License-Identifier: Apache-2.0
// Attention in fp32 arithmetic, forward, for the GPU.
#include <encore/backend/cuda/gpu_launcher.cuh>
#include <encore/backend/cuda/launch/attention_plain.hpp>

namespace encore::cuda {

template void launch_plain_forward(GpuLauncher&, const AttentionTask&);
template void launch_delta(GpuLauncher&, const AttentionTask&);

}  // namespace encore::cuda
