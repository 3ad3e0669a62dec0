# SPDX-License-Identifier: Apache-2.0
# An operator new of its own: not linked into any other test.
target_sources(encore_test_out_of_memory PRIVATE out_of_memory/failing_new.cpp)
