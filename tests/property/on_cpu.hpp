// SPDX-License-Identifier: Apache-2.0
// The shipped properties on Cpu: one line a policy, contexts of 1, 2 and 5 threads, on every instruction set.
#pragma once

#include "catch.hpp"
#include "exec/contexts.hpp"

#include <encore/layers.hpp>

namespace property_test {

using namespace exec_test;

inline const ModelShape shape{.hidden = 12, .heads = 2, .intermediate = 16, .max_positions = 19};

// Reference, Cpu with 1, 2 and 5 threads: 2 properties each, threads and gradients.
template <class Make>
void check_on_cpu(const Make& make) {
  for (const cpu::KernelTable* table : all_tables()) {
    INFO(table->isa);
    const auto report = encore::testing::check_layer(make, shape.hidden, cpu_context(*table, 1), cpu_context(*table, 2),
                                                     cpu_context(*table, 5));
    CHECK(report.properties.size() == 10);
    CHECK(report.failures() == "");
  }
}

}  // namespace property_test
