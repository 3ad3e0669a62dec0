// SPDX-License-Identifier: Apache-2.0
// What a Context<Cuda> runs on: a GPU (gpu.cuh, or linked as encore::cuda), or the emulator of the tests. One stream:
// everything happens in the order it is asked for, and only `synchronise` and `download` wait.
#pragma once

#include <encore/backend/cuda/tasks.hpp>

#include <memory>
#include <string>
#include <utility>

namespace encore::cuda {

// A launch: blocks in two directions, threads of a block, bytes of dynamic shared memory.
struct Grid {
  std::int64_t x = 1;
  std::int64_t y = 1;
  int threads = 128;
  std::size_t shared = 0;
};

class Device {
 public:
  virtual ~Device() = default;

  // "NVIDIA H100 80GB HBM3, sm_90"
  virtual std::string name() const = 0;

  // Device memory, not initialised. Throws MemoryError with the bytes asked for and those available.
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* memory) noexcept = 0;
  // Memory of the host that copies to and from the device may use while the host goes on.
  virtual void* allocate_host(std::size_t bytes) = 0;
  virtual void release_host(void* memory) noexcept = 0;
  virtual void clear(void* memory, std::size_t bytes) = 0;
  // Host to device; `source` must stay as it is until the next synchronise.
  virtual void upload(void* target, const void* source, std::size_t bytes) = 0;
  // Device to host; waits.
  virtual void download(void* target, const void* source, std::size_t bytes) = 0;
  virtual void synchronise() = 0;

  virtual void multiply(const GemmTask&) = 0;
  virtual void run(const CopyTask&) = 0;
  virtual void run(const FillTask&) = 0;
  virtual void run(const ActivateTask&) = 0;
  virtual void run(const ActivateBackwardTask&) = 0;
  virtual void run(const GateTask&) = 0;
  virtual void run(const GateBackwardTask&) = 0;
  virtual void run(const AddTask&) = 0;
  virtual void run(const DropoutTask&) = 0;
  virtual void run(const NormTask&) = 0;
  virtual void run(const NormBackwardTask&) = 0;
  virtual void run(const NormParametersTask&) = 0;
  virtual void run(const EmbedTask&) = 0;
  virtual void run(const GatherTask&) = 0;
  virtual void run(const SumRowsTask&) = 0;
  virtual void run(const SumColumnsTask&) = 0;
  virtual void run(const RotateTask&) = 0;
  virtual void run(const ShiftTask&) = 0;
  virtual void run(const ScaleTask&) = 0;
  virtual void run(const ScaleBackwardTask&) = 0;
  virtual void run(const PoolTask&) = 0;
  virtual void run(const PoolBackwardTask&) = 0;
  virtual void run(const L2NormaliseTask&) = 0;
  virtual void run(const L2NormaliseBackwardTask&) = 0;
  virtual void run(const CrossEntropyTask&) = 0;
  virtual void run(const CrossEntropyBackwardTask&) = 0;
  virtual void run_forward(const AttentionTask&) = 0;
  virtual void run_backward(const AttentionTask&) = 0;

  // A kernel that is not in this list: a user's map functor. `entry` is the __global__ function, or what the emulator
  // takes for one; `task` its one argument.
  virtual void launch(const void* entry, const Grid& grid, const void* task) = 0;
};

struct GpuOptions {
  int index = 0;            // of the device
  bool allow_tf32 = false;  // fp32 products on tensor cores with 10-bit mantissas
};

// The GPU. Throws UnsupportedError when there is none, or it is older than compute capability 8.0.
std::shared_ptr<Device> open_gpu(const GpuOptions& options = {});

// Device memory of one owner.
class Buffer {
 public:
  Buffer() = default;
  Buffer(std::shared_ptr<Device> device, std::size_t bytes)
      : device_(std::move(device)), data_(bytes ? device_->allocate(bytes) : nullptr), size_(bytes) {}
  Buffer(Buffer&& other) noexcept
      : device_(std::move(other.device_)),
        data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer other) noexcept {
    std::swap(device_, other.device_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Buffer() {
    if (data_) device_->release(data_);
  }

  std::byte* data() const { return static_cast<std::byte*>(data_); }
  std::size_t size() const { return size_; }

 private:
  std::shared_ptr<Device> device_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace encore::cuda
