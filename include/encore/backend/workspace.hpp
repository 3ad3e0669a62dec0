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

#include <cstddef>
#include <cstdint>
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
};

// What executors and packing keep beside the block itself.
struct WorkspaceTables {
  // Of executors.
  Arena arena;
  std::vector<Slot> slots;
  std::vector<std::int32_t> free_slots;
  std::vector<std::vector<std::int32_t>> positions;  // counted without padding, of which the pass uses the first
  std::size_t counted = 0;
  bool in_use = false;  // by an executor: there is one at a time
  // Of calls that cut many texts into packs.
  Batch batch;
  std::vector<std::size_t> order;
  std::vector<std::int32_t> first_rows;
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
  std::byte* data() { return memory_.data(); }
  std::size_t size() const { return memory_.size(); }

 private:
  AlignedBuffer<std::byte> memory_;
};

}  // namespace encore
