// SPDX-License-Identifier: Apache-2.0
// What two files of one program, compiled in different ways, say about the kernels of a context of theirs.
#pragma once

#include <string>

std::string linked_isa();       // of a file that links encore::kernels
std::string header_only_isa();  // of a file that has kernels of its own flags
