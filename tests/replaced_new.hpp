// SPDX-License-Identifier: Apache-2.0
// Every global operator new and delete, over two functions that the including file defines. For one file of a program;
// a sanitizer brings operators of its own, and then this is not for it.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace replaced_new {

// Null where there is no memory.
void* take(std::size_t size, std::size_t alignment) noexcept;
void give(void* block) noexcept;

// What take() may do once it has counted or refused.
inline void* allocate(std::size_t size, std::size_t alignment) noexcept {
  if (size == 0) size = 1;
  return alignment <= alignof(std::max_align_t)
             ? std::malloc(size)
             : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}
inline void* take_or_throw(std::size_t size, std::size_t alignment) {
  if (void* block = take(size, alignment)) return block;
  throw std::bad_alloc();
}

}  // namespace replaced_new

void* operator new(std::size_t size) { return replaced_new::take_or_throw(size, 1); }
void* operator new[](std::size_t size) { return replaced_new::take_or_throw(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return replaced_new::take_or_throw(size, std::size_t(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return replaced_new::take_or_throw(size, std::size_t(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return replaced_new::take(size, 1); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return replaced_new::take(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return replaced_new::take(size, std::size_t(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return replaced_new::take(size, std::size_t(alignment));
}
void operator delete(void* block) noexcept { replaced_new::give(block); }
void operator delete[](void* block) noexcept { replaced_new::give(block); }
void operator delete(void* block, std::size_t) noexcept { replaced_new::give(block); }
void operator delete[](void* block, std::size_t) noexcept { replaced_new::give(block); }
void operator delete(void* block, std::align_val_t) noexcept { replaced_new::give(block); }
void operator delete[](void* block, std::align_val_t) noexcept { replaced_new::give(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { replaced_new::give(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { replaced_new::give(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { replaced_new::give(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { replaced_new::give(block); }
void operator delete(void* block, std::align_val_t, const std::nothrow_t&) noexcept { replaced_new::give(block); }
void operator delete[](void* block, std::align_val_t, const std::nothrow_t&) noexcept { replaced_new::give(block); }
