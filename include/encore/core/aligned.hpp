// SPDX-License-Identifier: Apache-2.0
// Storage aligned for the widest vectors and for cache lines.
#pragma once

#include <encore/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace encore {

// Bytes; of x86 processors.
inline constexpr std::size_t cache_line = 64;

// A movable, zero-initialised block of n trivially copyable elements, 64-byte aligned.
template <class T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  AlignedBuffer() = default;
  // Throws MemoryError when the block cannot be had.
  explicit AlignedBuffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    if (size > (std::numeric_limits<std::size_t>::max() - cache_line) / sizeof(T))
      throw MemoryError("out of memory: a buffer of " + std::to_string(size) + " elements overflows");
    const std::size_t bytes = (size * sizeof(T) + cache_line - 1) / cache_line * cache_line;
    data_ = static_cast<T*>(::operator new(bytes, std::align_val_t{cache_line}, std::nothrow));
    if (!data_) throw MemoryError("out of memory: " + std::to_string(bytes) + " bytes asked for");
    std::memset(static_cast<void*>(data_), 0, bytes);
  }
  AlignedBuffer(const AlignedBuffer& other) : AlignedBuffer(other.size_) {
    if (size_) std::memcpy(static_cast<void*>(data_), other.data_, size_ * sizeof(T));
  }
  AlignedBuffer(AlignedBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  AlignedBuffer& operator=(AlignedBuffer other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~AlignedBuffer() { ::operator delete(data_, std::align_val_t{cache_line}); }

  // As of a std::vector, but that its length is fixed.
  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace encore
