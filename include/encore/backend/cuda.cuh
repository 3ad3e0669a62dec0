// SPDX-License-Identifier: Apache-2.0
// The CUDA backend in a .cu file, compiled by nvcc: what cuda.hpp has, and map functors of the file's own. Linked to
// encore::cuda only those are compiled here; without it all kernels are.
#pragma once

#include <encore/backend/cuda.hpp>
#include <encore/backend/cuda/gpu_block.cuh>

#if !defined(ENCORE_CUDA_LINKED)
#include <encore/backend/cuda/gpu.cuh>

namespace encore::cuda {

inline std::shared_ptr<Device> open_gpu(const GpuOptions& options) { return std::make_shared<Gpu>(options); }

}  // namespace encore::cuda
#endif
