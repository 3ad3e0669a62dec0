// SPDX-License-Identifier: Apache-2.0
// Every operator new of this program, counted.
#include "exec/allocation_counter.hpp"

#include "catch.hpp"

#include <encore/core/aligned.hpp>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ENCORE_TEST_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ENCORE_TEST_SANITIZED
#endif
#endif

namespace {
std::atomic<long> calls{0};
}

namespace exec_test {
long allocations() { return calls; }
bool counts_allocations() {
#if defined(ENCORE_TEST_SANITIZED)
  return false;
#else
  return true;
#endif
}
}  // namespace exec_test

#if !defined(ENCORE_TEST_SANITIZED)
#include "replaced_new.hpp"

void* replaced_new::take(std::size_t size, std::size_t alignment) noexcept {
  ++calls;
  return allocate(size, alignment);
}
void replaced_new::give(void* block) noexcept { std::free(block); }
#endif

TEST_CASE("the counter of allocations counts them") {
  if (!exec_test::counts_allocations()) return;
  const long before = exec_test::allocations();
  const auto* volatile one = new int(1);
  delete one;
  const long plain = exec_test::allocations() - before;
  encore::AlignedBuffer<float> aligned(10);
  const long both = exec_test::allocations() - before;
  CHECK(plain == 1);
  CHECK(both == 2);
}
