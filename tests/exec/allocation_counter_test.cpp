// SPDX-License-Identifier: Apache-2.0
// Every operator new of this program, counted.
#include "exec/allocation_counter.hpp"

#include "catch.hpp"
#include "sanitizer.hpp"

#include <encore/core/aligned.hpp>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

namespace {
std::atomic<long> calls{0};
}

namespace exec_test {
long allocations() { return calls; }
bool counts_allocations() { return !ENCORE_TEST_SANITIZED; }
}  // namespace exec_test

#if !ENCORE_TEST_SANITIZED
#include "replaced_new.hpp"

void* replaced_new::take(std::size_t size, std::size_t alignment) noexcept {
  ++calls;
  return allocate(size, alignment);
}
void replaced_new::give(void* block) noexcept { std::free(block); }
#endif

TEST_CASE("the counter of allocations counts them") {
  if (!exec_test::counts_allocations()) ENCORE_SKIP("a sanitizer does the allocating");
  const long before = exec_test::allocations();
  const auto* volatile one = new int(1);
  delete one;
  const long plain = exec_test::allocations() - before;
  encore::AlignedBuffer<float> aligned(10);
  const long both = exec_test::allocations() - before;
  CHECK(plain == 1);
  CHECK(both == 2);
}
