// SPDX-License-Identifier: Apache-2.0
// The CUDA backend's context: one device, one stream, the memory of passes, and what goes between host and device.
#pragma once

#include <encore/backend/backend.hpp>
#include <encore/backend/cuda/device.hpp>
#include <encore/backend/workspace.hpp>
#include <encore/core/precision.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace encore {

// One GPU of compute capability 8.0 or later, in fp32 or bfloat16.
struct Cuda {};

namespace cuda {

// The block that values live in.
class DeviceWorkspace : public WorkspaceTables {
 public:
  explicit DeviceWorkspace(std::shared_ptr<Device> device) : device_(std::move(device)) {}

  // Makes the block at least that large. Values must not be alive. Throws MemoryError.
  void reserve(std::size_t bytes) {
    if (bytes > memory_.size()) {
      memory_ = {};  // first give back, then ask: the peak is the new block alone
      memory_ = Buffer(device_, bytes);
    }
  }
  // Gives the block back. Values must not be alive.
  void release() { memory_ = {}; }
  std::byte* data() { return memory_.data(); }
  std::size_t size() const { return memory_.size(); }

 private:
  std::shared_ptr<Device> device_;
  Buffer memory_;
};

// Memory handed out front to back during one pass and kept for the next: blocks of the host that the device copies from
// and to, each with device memory of the same size beside it where asked for.
class TransferMemory {
 public:
  TransferMemory(std::shared_ptr<Device> device, bool both) : device_(std::move(device)), both_(both) {}
  TransferMemory(const TransferMemory&) = delete;
  TransferMemory& operator=(const TransferMemory&) = delete;
  ~TransferMemory() { give_back(); }

  struct Piece {
    std::byte* host;
    std::byte* device;
  };
  Piece take(std::size_t bytes) {
    bytes = (bytes + cache_line - 1) / cache_line * cache_line;
    if (blocks_.empty() || used_ + bytes > blocks_.back().size) {
      Block block;
      block.size = bytes > minimum ? bytes : minimum;
      if (both_) block.device = Buffer(device_, block.size);
      block.host = static_cast<std::byte*>(device_->allocate_host(block.size));
      blocks_.push_back(std::move(block));
      used_ = 0;
    }
    const Piece piece{blocks_.back().host + used_, both_ ? blocks_.back().device.data() + used_ : nullptr};
    used_ += bytes;
    return piece;
  }
  // Forgets all pieces. The device must be done with them. Several blocks become one that holds as much.
  void reset() {
    used_ = 0;
    if (blocks_.size() < 2) return;
    std::size_t total = 0;
    for (const Block& block : blocks_) total += block.size;
    give_back();
    take(total);
    used_ = 0;
  }

 private:
  static constexpr std::size_t minimum = std::size_t{1} << 20;
  struct Block {
    std::byte* host = nullptr;
    Buffer device;
    std::size_t size = 0;
  };
  void give_back() {
    for (const Block& block : blocks_) device_->release_host(block.host);
    blocks_.clear();
  }

  std::shared_ptr<Device> device_;
  bool both_;
  std::vector<Block> blocks_;
  std::size_t used_ = 0;
};

}  // namespace cuda

// Which device a context runs on, and in which formats it computes.
struct CudaOptions {
  Precision precision = Precision::f32;     // f32 or bf16: of weights and activations; sums and statistics stay fp32
  int device = 0;                           // index of the GPU
  bool allow_tf32 = false;                  // fp32 products on tensor cores with 10-bit mantissas
  std::shared_ptr<cuda::Device> machine{};  // what to run on instead of a GPU; null: the GPU
};

// Belongs to one thread at a time. Several contexts may run one model at once, if it was loaded through the same device.
template <>
class Context<Cuda> {
 public:
  // Throws UnsupportedError for a precision this backend lacks, where there is no GPU or one that is too old.
  explicit Context(const CudaOptions& options = {})
      : format_(format_of(options.precision)),
        precision_(options.precision),
        device_(options.machine ? options.machine
                                : cuda::open_gpu({.index = options.device, .allow_tf32 = options.allow_tf32})),
        state_(std::make_unique<State>(device_)) {}

  // The device's name, for messages and tables; one host thread feeds it.
  std::string isa() const { return device_->name(); }
  int threads() const { return 1; }
  Precision precision() const { return precision_; }
  // The device memory in which values lie.
  cuda::DeviceWorkspace& workspace() { return state_->workspace; }
  // Waits until everything asked for is done.
  void synchronise() { device_->synchronise(); }

  // Of kernels.
  const std::shared_ptr<cuda::Device>& device() const { return device_; }
  cuda::Format format() const { return format_; }
  cuda::TransferMemory& uploads() { return state_->uploads; }
  cuda::TransferMemory& downloads() { return state_->downloads; }
  // Memory for one op; its contents are gone with the next call.
  std::byte* scratch(std::size_t bytes) {
    if (bytes > state_->scratch.size()) state_->scratch = cuda::Buffer(device_, bytes);
    return state_->scratch.data();
  }
  // Sequence offsets and attention's blocks of the running pass.
  struct Pass {
    const std::int32_t* offsets = nullptr;
    // The blocks of one height, in device memory.
    struct Tiles {
      int rows = 0;
      const cuda::AttentionTile* data = nullptr;
      std::int64_t count = 0;
    };
    // By height; `cut` is where they are made before they are uploaded.
    std::vector<Tiles> tiles;
    std::vector<cuda::AttentionTile> cut;
  };
  // That of the running pass.
  Pass& pass() { return state_->pass; }

 private:
  static cuda::Format format_of(Precision precision) {
    if (precision == Precision::f32) return cuda::Format::f32;
    if (precision == Precision::bf16) return cuda::Format::bf16;
    throw UnsupportedError("precision '" + std::string(name_of(precision)) +
                           "' is not supported by the cuda backend; there are f32 and bf16");
  }
  struct State {
    explicit State(const std::shared_ptr<cuda::Device>& device)
        : workspace(device), uploads(device, true), downloads(device, false) {}
    cuda::DeviceWorkspace workspace;
    cuda::TransferMemory uploads;
    cuda::TransferMemory downloads;
    cuda::Buffer scratch;
    Pass pass;
  };

  cuda::Format format_;
  Precision precision_;
  std::shared_ptr<cuda::Device> device_;
  std::unique_ptr<State> state_;
};

}  // namespace encore
