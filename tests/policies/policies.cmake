# SPDX-License-Identifier: Apache-2.0
# The checks, compiled once for all policies.
target_sources(encore_test_policies PRIVATE policies/alone.cpp policies/combination.cpp)
