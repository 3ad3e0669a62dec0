// SPDX-License-Identifier: Apache-2.0
// An allocator of offsets in one growing address range. It owns no memory, so that the same code, run dry, predicts the
// peak exactly: Count and Infer share it.
#pragma once

#include <encore/core/aligned.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace encore {

// First-fit with coalescing. Offsets and sizes are bytes, multiples of a cache line.
class Arena {
 public:
  // An offset for that many bytes; zero bytes take none and get offset 0. Here is room made for all gaps there may be
  // (each lies in front of a block, and one more while a block is given back), so that give() never asks for memory:
  // destructors call it.
  std::size_t take(std::size_t bytes) {
    bytes = round(bytes);
    if (bytes == 0) return 0;
    if (free_.capacity() < blocks_ + 2) free_.reserve(std::max<std::size_t>(64, 2 * (blocks_ + 2)));
    ++blocks_;
    for (std::size_t i = 0; i < free_.size(); ++i) {
      if (free_[i].size < bytes) continue;
      const std::size_t offset = free_[i].offset;
      if (free_[i].size == bytes)
        free_.erase(free_.begin() + std::ptrdiff_t(i));
      else
        free_[i] = {offset + bytes, free_[i].size - bytes};
      return offset;
    }
    const std::size_t offset = top_;
    top_ += bytes;
    peak_ = std::max(peak_, top_);
    return offset;
  }

  // Gives back what take(bytes) returned.
  void give(std::size_t offset, std::size_t bytes) noexcept {
    bytes = round(bytes);
    if (bytes == 0) return;
    --blocks_;
    auto next = std::lower_bound(free_.begin(), free_.end(), offset,
                                 [](const Block& block, std::size_t at) { return block.offset < at; });
    if (next != free_.end() && offset + bytes == next->offset) {
      next->offset = offset;
      next->size += bytes;
    } else {
      next = free_.insert(next, {offset, bytes});
    }
    if (next != free_.begin()) {
      auto previous = next - 1;
      if (previous->offset + previous->size == next->offset) {
        previous->size += next->size;
        next = free_.erase(next) - 1;
      }
    }
    if (next->offset + next->size == top_) {
      top_ = next->offset;
      free_.erase(next);
    }
  }

  // The highest end of a block since the last reset.
  std::size_t peak() const { return peak_; }
  // Bytes taken and not given back.
  std::size_t live() const {
    std::size_t free = 0;
    for (const Block& block : free_) free += block.size;
    return top_ - free;
  }
  // Forgets all blocks; keeps the bookkeeping's memory.
  void reset() {
    free_.clear();
    top_ = peak_ = blocks_ = 0;
  }

 private:
  struct Block {
    std::size_t offset;
    std::size_t size;
  };
  static std::size_t round(std::size_t bytes) { return (bytes + cache_line - 1) / cache_line * cache_line; }

  std::vector<Block> free_;  // by offset, never adjacent
  std::size_t blocks_ = 0;   // taken and not given back
  std::size_t top_ = 0;
  std::size_t peak_ = 0;
};

}  // namespace encore
