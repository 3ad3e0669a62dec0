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
