// SPDX-License-Identifier: Apache-2.0
// The GPU as a Device: one stream, memory in the stream's order, launches that are checked.
#pragma once

#include <encore/backend/cuda/gpu_gemm.cuh>
#include <encore/backend/cuda/gpu_launcher.cuh>
#include <encore/backend/cuda/launching_device.hpp>

#include <memory>
#include <string>

namespace encore::cuda {

class Gpu final : public LaunchingDevice<GpuLauncher> {
 public:
  explicit Gpu(const GpuOptions& options) : LaunchingDevice(GpuLauncher()) {
    int count = 0;
    if (const cudaError_t status = cudaGetDeviceCount(&count); status != cudaSuccess || count == 0)
      throw UnsupportedError(std::string("cuda: there is no GPU here") +
                             (status == cudaSuccess ? "" : std::string(" (") + cudaGetErrorString(status) + ")"));
    if (options.index < 0 || options.index >= count)
      throw ArgumentError("cuda: device " + std::to_string(options.index) + " is not in 0.." +
                          std::to_string(count - 1));
    index_ = options.index;
    cudaDeviceProp properties;
    check(cudaGetDeviceProperties(&properties, index_), "cudaGetDeviceProperties");
    name_ =
        std::string(properties.name) + ", sm_" + std::to_string(properties.major) + std::to_string(properties.minor);
    if (properties.major < 8)
      throw UnsupportedError("cuda: " + name_ + " is too old; compute capability 8.0 or later is needed");
    check(cudaSetDevice(index_), "cudaSetDevice");
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
    machine_ = GpuLauncher(index_, stream_);
    try {
      // Freed memory stays with the stream: asking again is cheap.
      cudaMemPool_t pool = nullptr;
      check(cudaDeviceGetDefaultMemPool(&pool, index_), "cudaDeviceGetDefaultMemPool");
      std::uint64_t keep = ~std::uint64_t{0};
      check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep), "cudaMemPoolSetAttribute");
      gemm_ = std::make_unique<Gemm>(options.allow_tf32, stream_);
    } catch (...) {
      cudaStreamDestroy(stream_);
      throw;
    }
  }
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;
  ~Gpu() override {
    gemm_.reset();
    cudaStreamSynchronize(stream_);
    cudaStreamDestroy(stream_);
  }

  std::string name() const override { return name_; }
  cudaStream_t stream() const { return stream_; }

  void* allocate(std::size_t bytes) override {
    bind();
    void* memory = nullptr;
    if (const cudaError_t status = cudaMallocAsync(&memory, bytes, stream_); status == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // it is told here: not again at the next call
      std::size_t available = 0, total = 0;
      cudaMemGetInfo(&available, &total);
      throw MemoryError("cuda: out of memory: " + std::to_string(bytes) + " bytes asked for, " +
                        std::to_string(available) + " of " + std::to_string(total) + " available on " + name_);
    } else {
      check(status, "cudaMallocAsync");
    }
    return memory;
  }
  void release(void* memory) noexcept override {
    bind();
    cudaFreeAsync(memory, stream_);
  }
  void* allocate_host(std::size_t bytes) override {
    bind();
    void* memory = nullptr;
    if (cudaMallocHost(&memory, bytes) != cudaSuccess) {
      cudaGetLastError();
      throw MemoryError("cuda: out of page-locked host memory: " + std::to_string(bytes) + " bytes asked for");
    }
    return memory;
  }
  void release_host(void* memory) noexcept override {
    bind();
    cudaStreamSynchronize(stream_);
    cudaFreeHost(memory);
  }
  void clear(void* memory, std::size_t bytes) override {
    bind();
    check(cudaMemsetAsync(memory, 0, bytes, stream_), "cudaMemsetAsync");
  }
  void upload(void* target, const void* source, std::size_t bytes) override {
    bind();
    check(cudaMemcpyAsync(target, source, bytes, cudaMemcpyHostToDevice, stream_), "copy to the GPU");
  }
  void download(void* target, const void* source, std::size_t bytes) override {
    bind();
    check(cudaMemcpyAsync(target, source, bytes, cudaMemcpyDeviceToHost, stream_), "copy from the GPU");
    synchronise();
  }
  void synchronise() override {
    bind();
    check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
  }

  void multiply(const GemmTask& task) override {
    bind();
    gemm_->run(task);
  }
  void launch(const void* entry, const Grid& grid, const void* task) override {
    bind();
    machine_.launch_entry(entry, grid, {const_cast<void*>(task), nullptr});
  }

 private:
  // The calling thread may have used another GPU since.
  void bind() const noexcept { cudaSetDevice(index_); }

  int index_ = 0;
  std::string name_;
  cudaStream_t stream_ = nullptr;
  std::unique_ptr<Gemm> gemm_;
};

}  // namespace encore::cuda
