// SPDX-License-Identifier: Apache-2.0
// The version of the library; CMake reads these lines.
#pragma once

#define ENCORE_VERSION_MAJOR 0
#define ENCORE_VERSION_MINOR 1
#define ENCORE_VERSION_PATCH 0
