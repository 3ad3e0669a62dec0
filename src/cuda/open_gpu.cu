// SPDX-License-Identifier: Apache-2.0
// The GPU as a device; its kernels are compiled in the files beside this one.
#include <encore/backend/cuda/gpu.cuh>

namespace encore::cuda {

extern template void launch(GpuLauncher&, const CopyTask&);
extern template void launch(GpuLauncher&, const FillTask&);
extern template void launch(GpuLauncher&, const ActivateTask&);
extern template void launch(GpuLauncher&, const ActivateBackwardTask&);
extern template void launch(GpuLauncher&, const GateTask&);
extern template void launch(GpuLauncher&, const GateBackwardTask&);
extern template void launch(GpuLauncher&, const AddTask&);
extern template void launch(GpuLauncher&, const DropoutTask&);
extern template void launch(GpuLauncher&, const NormTask&);
extern template void launch(GpuLauncher&, const NormBackwardTask&);
extern template void launch(GpuLauncher&, const NormParametersTask&);
extern template void launch(GpuLauncher&, const EmbedTask&);
extern template void launch(GpuLauncher&, const GatherTask&);
extern template void launch(GpuLauncher&, const SumRowsTask&);
extern template void launch(GpuLauncher&, const SumColumnsTask&);
extern template void launch(GpuLauncher&, const RotateTask&);
extern template void launch(GpuLauncher&, const ShiftTask&);
extern template void launch(GpuLauncher&, const ScaleTask&);
extern template void launch(GpuLauncher&, const ScaleBackwardTask&);
extern template void launch(GpuLauncher&, const PoolTask&);
extern template void launch(GpuLauncher&, const PoolBackwardTask&);
extern template void launch(GpuLauncher&, const L2NormaliseTask&);
extern template void launch(GpuLauncher&, const L2NormaliseBackwardTask&);
extern template void launch(GpuLauncher&, const CrossEntropyTask&);
extern template void launch(GpuLauncher&, const CrossEntropyBackwardTask&);
extern template void launch_plain_forward(GpuLauncher&, const AttentionTask&);
extern template void launch_delta(GpuLauncher&, const AttentionTask&);
extern template void launch_plain_backward(GpuLauncher&, const AttentionTask&);
extern template void launch_tensor_forward(GpuLauncher&, const AttentionTask&);
extern template void launch_tensor_backward(GpuLauncher&, const AttentionTask&);

std::shared_ptr<Device> open_gpu(const GpuOptions& options) { return std::make_shared<Gpu>(options); }

}  // namespace encore::cuda
