// SPDX-License-Identifier: Apache-2.0
#include "out_of_memory/failing_new.hpp"

#include "replaced_new.hpp"

#include <atomic>
#include <cstdlib>

namespace {

std::atomic<long> live{0}, calls{0}, first{-1};
std::atomic<bool> persistent{false}, happened{false};

bool fails() {
  const long n = first.load();
  if (n < 0) return false;
  const long call = calls.fetch_add(1);
  if (call != n && !(call > n && persistent)) return false;
  happened = true;
  return true;
}

}  // namespace

void* replaced_new::take(std::size_t size, std::size_t alignment) noexcept {
  void* const block = fails() ? nullptr : allocate(size, alignment);
  if (block) ++live;
  return block;
}
void replaced_new::give(void* block) noexcept {
  if (block) --live;
  std::free(block);
}

namespace out_of_memory_test {

long live_blocks() { return live; }

FailingNew::FailingNew(long n, Failing failing) {
  calls = 0;
  happened = false;
  persistent = failing == Failing::from_then_on;
  first = n;
}
FailingNew::~FailingNew() { first = -1; }
bool FailingNew::failed() const { return happened; }

}  // namespace out_of_memory_test
