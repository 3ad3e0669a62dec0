// SPDX-License-Identifier: Apache-2.0
// A program all of whose files have kernels of their own.
#include "contexts.hpp"

int main() { return header_only_isa().empty() ? 1 : 0; }
