// SPDX-License-Identifier: Apache-2.0
// A reference-counted, immutable handle to a matrix in an executor's arena. Copying costs a counter; the memory is
// reused when the last handle goes.
#pragma once

#include <encore/config.hpp>

#include <cstdint>
#include <utility>

namespace encore {

// A column range of a slot: what a handle stands for, and how a tape remembers operands.
struct Operand {
  std::int32_t slot = -1;
  std::int64_t column = 0;
  std::int64_t cols = 0;
};

template <class Store>
class Value {
 public:
  Value() = default;
  Value(const Value& other) : store_(other.store_), operand_(other.operand_) {
    if (store_) store_->retain(operand_.slot);
  }
  Value(Value&& other) noexcept : store_(std::exchange(other.store_, nullptr)), operand_(other.operand_) {}
  Value& operator=(Value other) noexcept {
    std::swap(store_, other.store_);
    std::swap(operand_, other.operand_);
    return *this;
  }
  ~Value() {
    if (store_) store_->release(operand_.slot);
  }

  explicit operator bool() const { return store_ != nullptr; }
  // Its shape, [rows, cols].
  std::int64_t rows() const { return store_->rows_of(operand_.slot); }
  std::int64_t cols() const { return operand_.cols; }

 private:
  friend Store;
  Value(Store* store, const Operand& operand) : store_(store), operand_(operand) {}

  Store* store_ = nullptr;
  Operand operand_;
};

}  // namespace encore
