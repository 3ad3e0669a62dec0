// SPDX-License-Identifier: Apache-2.0
// Every operator new of this program, counted. Under sanitizers, which have their own, none is.
#include "sanitizer.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>

namespace {
std::atomic<long> allocations{0};
}

// -1 where they are not counted.
long allocations_so_far() { return ENCORE_TEST_SANITIZED ? -1 : allocations.load(); }

#if !ENCORE_TEST_SANITIZED
#include "replaced_new.hpp"

void* replaced_new::take(std::size_t size, std::size_t alignment) noexcept {
  ++allocations;
  return allocate(size, alignment);
}
void replaced_new::give(void* block) noexcept { std::free(block); }
#endif
