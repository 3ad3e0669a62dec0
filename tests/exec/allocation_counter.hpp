// SPDX-License-Identifier: Apache-2.0
// How often this program has called operator new; it is replaced in allocation_counter_test.cpp.
#pragma once

namespace exec_test {

// A sanitizer brings its own operator new: there this stays 0.
long allocations();
bool counts_allocations();

}  // namespace exec_test
