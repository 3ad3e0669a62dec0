// SPDX-License-Identifier: Apache-2.0
// The block of a running kernel: the hardware's side of what kernels ask for. All PTX of the backend is here (and the
// one conversion in view.hpp). PTX ISA 7.0, sm_80.
#pragma once

#include <encore/backend/cuda/kernels/warp.hpp>

namespace encore::cuda {

extern __shared__ __align__(16) std::byte gpu_shared_memory[];

class GpuBlock {
 public:
  // ptxas keeps fewer registers free for compute capability 8.x than for 9.0.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  static constexpr bool reloads_queries = false;
#else
  static constexpr bool reloads_queries = true;
#endif

  __device__ std::int64_t x() const { return blockIdx.x; }
  __device__ std::int64_t y() const { return blockIdx.y; }
  __device__ int thread() const { return int(threadIdx.x); }
  __device__ int threads() const { return int(blockDim.x); }
  __device__ int lane() const { return int(threadIdx.x) % warp_size; }
  __device__ int warp() const { return int(threadIdx.x) / warp_size; }
  __device__ std::byte* shared() const { return gpu_shared_memory; }
  __device__ void sync() const { __syncthreads(); }
  __device__ void sync_warp() const { __syncwarp(); }

  __device__ float shuffle_xor(float value, int mask) const { return __shfl_xor_sync(0xffffffffu, value, mask); }

  __device__ float square_root(float x) const { return sqrtf(x); }
  __device__ float exponential(float x) const { return expf(x); }
  __device__ float logarithm(float x) const { return logf(x); }
  // 2^x to about 2 ulp; results below 2^-126 are zero.
  __device__ float power_of_two(float x) const {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
  }

  // Two numbers rounded to bfloat16, `low` in the lower half.
  __device__ std::uint32_t pack(float low, float high) const {
    std::uint32_t pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
  }
  // Four 8 x 8 matrices; lane i gives the address of row i % 8 of matrix i / 8.
  __device__ void load_matrices(std::uint32_t (&fragment)[4], const Bf16* row) const {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
                 : "r"(address(row))
                 : "memory");
  }
  __device__ void load_matrices_transposed(std::uint32_t (&fragment)[4], const Bf16* row) const {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
                 : "r"(address(row))
                 : "memory");
  }
  // sums [16, 8] += a [16, 16] b [16, 8]
  __device__ void multiply_add(float (&sums)[4], const std::uint32_t (&a)[4], std::uint32_t b0,
                               std::uint32_t b1) const {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  }

  // Starts a copy of 16 bytes into shared memory; zeros where nothing is present.
  __device__ void copy_async(Bf16* target, const Bf16* source, bool present) const {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address(target)), "l"(source),
                 "r"(present ? 16 : 0)
                 : "memory");
  }
  __device__ void commit_copies() const { asm volatile("cp.async.commit_group;" ::: "memory"); }
  // Until all but the newest `pending` groups of this thread have arrived.
  template <int pending>
  __device__ void wait_copies() const {
    asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
  }

 private:
  static __device__ std::uint32_t address(const void* shared) {
    return std::uint32_t(__cvta_generic_to_shared(shared));
  }
};

// The kernel that runs a kernel object.
template <class Kernel, class Task>
__global__ void gpu_entry(const __grid_constant__ Kernel kernel, const __grid_constant__ Task task) {
  GpuBlock block;
  kernel(block, task);
}
// The same for one without state: what Device::launch takes.
template <class Kernel, class Task>
__global__ void gpu_entry_of(const __grid_constant__ Task task) {
  GpuBlock block;
  Kernel{}(block, task);
}

template <class Kernel, class Task>
struct KernelEntry {
  static const void* get() { return reinterpret_cast<const void*>(&gpu_entry_of<Kernel, Task>); }
};

}  // namespace encore::cuda
