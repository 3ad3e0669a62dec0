// SPDX-License-Identifier: Apache-2.0
// The memory of forward passes: one block, and the table of the values that live in it. Kept by a Context from one pass
// to the next, so that a pass no larger than one already run allocates nothing.
#pragma once

#include <encore/backend/backend.hpp>
#include <encore/core/activation.hpp>
#include <encore/core/aligned.hpp>
#include <encore/core/arena.hpp>
#include <encore/core/batch.hpp>
#include <encore/core/layout.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace encore {

// A matrix an executor made, or one it has been asked for and not computed yet (a deferred linear).
struct Slot {
  std::byte* data = nullptr;
  std::size_t offset = 0;  // in the arena
  std::size_t bytes = 0;
  std::int64_t rows = 0;
  std::int64_t cols = 0;  // physical columns, padding between sections included
  std::int64_t stride = 0;
  Element element = Element::activation;
  std::int32_t references = 0;
  ParameterId weight;  // the product that made it, or will
  ParameterId bias;
  std::int32_t source = -1;  // deferred: the value to be multiplied
  std::int64_t source_column = 0;
  std::int64_t source_columns = 0;
  bool deferred = false;
  std::int32_t next_free = -1;  // of a slot that is free: the next one that is
};

// What a call that cuts many texts into packs works on.
struct Packing {
  Batch batch;
  std::vector<std::size_t> order;
};

// Whether somebody has a workspace. One that was moved is nobody's.
struct ClaimFlag {
  std::atomic<bool> taken{false};
  ClaimFlag() = default;
  ClaimFlag(ClaimFlag&&) noexcept {}
  ClaimFlag& operator=(ClaimFlag&&) noexcept { return *this; }
};

// What executors and packing keep beside the block itself. Who touches it holds a WorkspaceClaim.
struct WorkspaceTables {
  Arena arena;
  std::vector<Slot> slots;
  std::int32_t free_slot = -1;  // a list through Slot::next_free: to give a slot back takes no memory
  std::vector<std::vector<std::int32_t>> positions;  // counted without padding, of which the pass uses the first
  std::size_t counted = 0;
  Packing packing;
  ClaimFlag claim;
};

// The right to use a context's workspace: one executor, or one whole infer(), has it at a time, on whatever thread.
class WorkspaceClaim {
 public:
  // Throws ArgumentError where somebody has it.
  explicit WorkspaceClaim(WorkspaceTables& workspace) : WorkspaceClaim(workspace, std::nothrow) {
    if (!workspace_) throw ArgumentError("executor: the context runs another one; give each its own context");
  }
  // Tells by operator bool.
  WorkspaceClaim(WorkspaceTables& workspace, const std::nothrow_t&) noexcept
      : workspace_(workspace.claim.taken.exchange(true, std::memory_order_acquire) ? nullptr : &workspace) {}
  WorkspaceClaim(const WorkspaceClaim&) = delete;
  WorkspaceClaim& operator=(const WorkspaceClaim&) = delete;
  ~WorkspaceClaim() {
    if (workspace_) workspace_->claim.taken.store(false, std::memory_order_release);
  }

  explicit operator bool() const { return workspace_ != nullptr; }

 private:
  WorkspaceTables* workspace_;
};

// The workspace of backends that compute in the host's memory.
class Workspace : public WorkspaceTables {
 public:
  // Makes the block at least that large. Values must not be alive. Throws MemoryError.
  void reserve(std::size_t bytes) {
    if (bytes > memory_.size()) {
      memory_ = {};  // first give back, then ask: the peak is the new block alone
      memory_ = AlignedBuffer<std::byte>(bytes);
    }
  }
  // Gives the block back. Values must not be alive.
  void release() { memory_ = {}; }
  std::byte* data() { return memory_.data(); }
  std::size_t size() const { return memory_.size(); }

 private:
  AlignedBuffer<std::byte> memory_;
};

}  // namespace encore
