// SPDX-License-Identifier: Apache-2.0
// Memory that only grows: what Record keeps values and gradients in.
#pragma once

#include <encore/core/aligned.hpp>

#include <cstddef>
#include <vector>

namespace encore {

// Blocks handed out front to back and freed all at once.
template <class Block>
class BumpMemory {
 public:
  // make(size) gets a block from the backend.
  template <class Make>
  std::byte* take(std::size_t bytes, Make&& make) {
    bytes = (bytes + cache_line - 1) / cache_line * cache_line;
    if (blocks_.empty() || used_ + bytes > blocks_.back().size()) {
      blocks_.push_back(make(bytes > minimum ? bytes : minimum));
      used_ = 0;
    }
    std::byte* result = blocks_.back().data() + used_;
    used_ += bytes;
    return result;
  }

 private:
  static constexpr std::size_t minimum = std::size_t{1} << 20;
  std::vector<Block> blocks_;
  std::size_t used_ = 0;
};

}  // namespace encore
