// SPDX-License-Identifier: Apache-2.0
// Attention on tensor cores for the GPU.
#include <encore/backend/cuda/gpu_launcher.cuh>
#include <encore/backend/cuda/launch/attention_tensor.hpp>

namespace encore::cuda {

template void launch_tensor_forward(GpuLauncher&, const AttentionTask&);
template void launch_tensor_backward(GpuLauncher&, const AttentionTask&);

}  // namespace encore::cuda
