// SPDX-License-Identifier: Apache-2.0
// This program's operator new, which fails when it is told to, and counts the blocks that live. Sanitizers see the
// malloc behind it.
#pragma once

#include <cstddef>

namespace out_of_memory_test {

// Blocks of operator new that are not deleted.
long live_blocks();

enum class Failing { once, from_then_on };

// While one lives, the n-th call of operator new fails (counted from 0), and every later one too where asked for.
class FailingNew {
 public:
  FailingNew(long n, Failing failing);
  FailingNew(const FailingNew&) = delete;
  FailingNew& operator=(const FailingNew&) = delete;
  ~FailingNew();

  // Whether a call has failed.
  bool failed() const;
};

}  // namespace out_of_memory_test
