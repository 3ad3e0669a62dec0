// SPDX-License-Identifier: Apache-2.0
// Launches kernels on a stream of a GPU, and checks that they could be.
#pragma once

#include <encore/backend/cuda/device.hpp>
#include <encore/backend/cuda/gpu_block.cuh>
#include <encore/backend/cuda/gpu_error.cuh>

#include <array>
#include <set>
#include <utility>

namespace encore::cuda {

class GpuLauncher {
 public:
  GpuLauncher() = default;
  GpuLauncher(int index, cudaStream_t stream) : index_(index), stream_(stream) {}

  template <class Kernel, class Task>
  void launch(const Kernel& kernel, const Grid& grid, const Task& task) {
    cudaSetDevice(index_);  // the calling thread may have used another GPU since
    launch_entry(reinterpret_cast<const void*>(&gpu_entry<Kernel, Task>), grid,
                 {const_cast<Kernel*>(&kernel), const_cast<Task*>(&task)});
  }
  void launch_entry(const void* entry, const Grid& grid, std::array<void*, 2> arguments) {
    if (grid.x == 0 || grid.y == 0) return;
    constexpr std::size_t without_asking = std::size_t{48} << 10;
    if (grid.shared > without_asking && large_.insert({entry, grid.shared}).second)
      check(cudaFuncSetAttribute(entry, cudaFuncAttributeMaxDynamicSharedMemorySize, int(grid.shared)),
            "shared memory of a kernel");
    check(cudaLaunchKernel(entry, dim3(unsigned(grid.x), unsigned(grid.y)), dim3(unsigned(grid.threads)),
                           arguments.data(), grid.shared, stream_),
          "cudaLaunchKernel");
  }

 private:
  int index_ = 0;
  cudaStream_t stream_ = nullptr;
  std::set<std::pair<const void*, std::size_t>> large_;  // kernels that have been given more shared memory
};

}  // namespace encore::cuda
