// SPDX-License-Identifier: Apache-2.0
// Every public header, in the first of two files.
#include "all_headers.hpp"

int version_seen_by_second();

int main() { return version_seen_by_second() == ENCORE_VERSION_MINOR ? 0 : 1; }
