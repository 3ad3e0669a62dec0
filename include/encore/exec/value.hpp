// SPDX-License-Identifier: Apache-2.0
// A reference-counted, immutable handle to a matrix in an executor's arena. Copying costs a counter; the memory is
// reused when the last handle goes.
#pragma once

#include <cstdint>
#include <utility>

namespace encore {

template <class E>
class Value {
 public:
  Value() = default;
  Value(const Value& other)
      : executor_(other.executor_), slot_(other.slot_), column_(other.column_), cols_(other.cols_) {
    if (executor_) executor_->retain(slot_);
  }
  Value(Value&& other) noexcept
      : executor_(std::exchange(other.executor_, nullptr)),
        slot_(other.slot_),
        column_(other.column_),
        cols_(other.cols_) {}
  Value& operator=(Value other) noexcept {
    std::swap(executor_, other.executor_);
    std::swap(slot_, other.slot_);
    std::swap(column_, other.column_);
    std::swap(cols_, other.cols_);
    return *this;
  }
  ~Value() {
    if (executor_) executor_->release(slot_);
  }

  explicit operator bool() const { return executor_ != nullptr; }
  std::int64_t rows() const { return executor_->rows_of(slot_); }
  std::int64_t cols() const { return cols_; }

 private:
  friend E;
  Value(E* executor, std::int32_t slot, std::int64_t column, std::int64_t cols)
      : executor_(executor), slot_(slot), column_(column), cols_(cols) {}

  E* executor_ = nullptr;
  std::int32_t slot_ = -1;
  std::int64_t column_ = 0;
  std::int64_t cols_ = 0;
};

}  // namespace encore
