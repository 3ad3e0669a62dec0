// SPDX-License-Identifier: Apache-2.0
// Every operator new of this program, counted. Under sanitizers, which have their own, none is.
#include <atomic>
#include <cstddef>
#include <cstdlib>

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
#include "replaced_new.hpp"

void* replaced_new::take(std::size_t size, std::size_t alignment) noexcept {
  ++allocations;
  return allocate(size, alignment);
}
void replaced_new::give(void* block) noexcept { std::free(block); }
#endif
