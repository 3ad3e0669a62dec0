// SPDX-License-Identifier: Apache-2.0
// The version of the library; CMake reads these lines.
#pragma once

#define ENCORE_VERSION_MAJOR 0
#define ENCORE_VERSION_MINOR 1
#define ENCORE_VERSION_PATCH 0

// Of plain numbers.
#define ENCORE_JOINED_VERSION(major, minor, patch) v##major##_##minor##_##patch
// Of macros.
#define ENCORE_EXPANDED_VERSION(major, minor, patch) ENCORE_JOINED_VERSION(major, minor, patch)
// v0_1_0: the namespace of what must not meet another version in one program (backend/cpu/tag.hpp).
#define ENCORE_VERSION_NAMESPACE \
  ENCORE_EXPANDED_VERSION(ENCORE_VERSION_MAJOR, ENCORE_VERSION_MINOR, ENCORE_VERSION_PATCH)
