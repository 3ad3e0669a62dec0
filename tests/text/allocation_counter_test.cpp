// SPDX-License-Identifier: Apache-2.0
// Every operator new of this program, counted. Under sanitizers, which have their own, none is.
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ENCORE_TEXT_TEST_COUNTS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ENCORE_TEXT_TEST_COUNTS 0
#endif
#endif
#ifndef ENCORE_TEXT_TEST_COUNTS
#define ENCORE_TEXT_TEST_COUNTS 1
#endif

namespace {
std::atomic<long> allocations{0};
}

// -1 where they are not counted.
long allocations_so_far() { return ENCORE_TEXT_TEST_COUNTS ? allocations.load() : -1; }

#if ENCORE_TEXT_TEST_COUNTS
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size ? size : 1);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
#endif
