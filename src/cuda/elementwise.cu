// SPDX-License-Identifier: Apache-2.0
// Elementwise kernels for the GPU.
#include <encore/backend/cuda/gpu_launcher.cuh>
#include <encore/backend/cuda/launch/elementwise.hpp>

namespace encore::cuda {

template void launch(GpuLauncher&, const CopyTask&);
template void launch(GpuLauncher&, const FillTask&);
template void launch(GpuLauncher&, const ActivateTask&);
template void launch(GpuLauncher&, const ActivateBackwardTask&);
template void launch(GpuLauncher&, const GateTask&);
template void launch(GpuLauncher&, const GateBackwardTask&);
template void launch(GpuLauncher&, const AddTask&);
template void launch(GpuLauncher&, const DropoutTask&);

}  // namespace encore::cuda
