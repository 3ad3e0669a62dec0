// SPDX-License-Identifier: Apache-2.0
// Kernels on rows for the GPU.
#include <encore/backend/cuda/gpu_launcher.cuh>
#include <encore/backend/cuda/launch/rows.hpp>

namespace encore::cuda {

template void launch(GpuLauncher&, const NormTask&);
template void launch(GpuLauncher&, const NormBackwardTask&);
template void launch(GpuLauncher&, const NormParametersTask&);
template void launch(GpuLauncher&, const EmbedTask&);
template void launch(GpuLauncher&, const GatherTask&);
template void launch(GpuLauncher&, const SumRowsTask&);
template void launch(GpuLauncher&, const SumColumnsTask&);
template void launch(GpuLauncher&, const RotateTask&);
template void launch(GpuLauncher&, const ShiftTask&);
template void launch(GpuLauncher&, const ScaleTask&);
template void launch(GpuLauncher&, const ScaleBackwardTask&);
template void launch(GpuLauncher&, const PoolTask&);
template void launch(GpuLauncher&, const PoolBackwardTask&);
template void launch(GpuLauncher&, const L2NormaliseTask&);
template void launch(GpuLauncher&, const L2NormaliseBackwardTask&);
template void launch(GpuLauncher&, const CrossEntropyTask&);
template void launch(GpuLauncher&, const CrossEntropyBackwardTask&);

}  // namespace encore::cuda
