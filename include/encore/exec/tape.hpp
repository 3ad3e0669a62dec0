// SPDX-License-Identifier: Apache-2.0
// What Record keeps: memory that only grows, and one small node per op.
#pragma once

#include <encore/exec/value.hpp>
#include <encore/ops/op.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
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

// One recorded op: a copy of it, its operands, and the function that calls its backward.
template <class E>
struct TapeNode {
  static constexpr std::size_t max_inputs = 7;
  static constexpr std::size_t op_bytes = 192;

  void (*backward)(E&, const TapeNode&) = nullptr;
  std::array<Operand, max_inputs> inputs;
  std::size_t input_count = 0;
  std::int32_t output = -1;
  Operand saved;
  alignas(std::max_align_t) std::array<std::byte, op_bytes> op;

  template <class Op>
  void store(const Op& value) {
    static_assert(std::is_trivially_copyable_v<Op> && sizeof(Op) <= op_bytes,
                  "encore: an op must be small and trivially copyable");
    ::new (static_cast<void*>(op.data())) Op(value);
  }
  template <class Op>
  const Op& load() const {
    return *std::launder(reinterpret_cast<const Op*>(op.data()));
  }
};

}  // namespace encore
