// SPDX-License-Identifier: Apache-2.0
// The CPU backend: include this and link encore::kernels (kernels for every instruction set, chosen at run time), or
// include it alone with -march=native (encore::native).
#pragma once

#include <encore/backend/cpu/driver.hpp>
