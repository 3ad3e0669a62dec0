// SPDX-License-Identifier: Apache-2.0
// What Record keeps of each op: one small node.
#pragma once

#include <encore/exec/value.hpp>
#include <encore/ops/op.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

namespace encore {

// One recorded op: a copy of it, its operands, and the function that calls its backward.
template <class E>
struct TapeNode {
  static constexpr std::size_t max_inputs = 8;
  static constexpr std::size_t op_bytes = 192;

  // Hands the gradient of `output` on to the inputs and to the parameters.
  void (*backward)(E&, const TapeNode&) = nullptr;
  std::array<Operand, max_inputs> inputs;
  std::size_t input_count = 0;  // of `inputs`; the rest is empty
  std::int32_t output = -1;     // its slot
  Operand saved;                // what the op's forward kept for backward
  alignas(std::max_align_t) std::array<std::byte, op_bytes> op;

  // Puts the op here by value, with its attributes; load() gives it back as the same type.
  template <class Op>
  void store(const Op& value) {
    static_assert(std::is_trivially_copyable_v<Op> && sizeof(Op) <= op_bytes,
                  "encore: an op must be small and trivially copyable");
    ::new (static_cast<void*>(op.data())) Op(value);
  }
  // What store() put here.
  template <class Op>
  const Op& load() const {
    return *std::launder(reinterpret_cast<const Op*>(op.data()));
  }
};

}  // namespace encore
