// SPDX-License-Identifier: Apache-2.0
// Every public header, in the second of two files.
#include "all_headers.hpp"

int version_seen_by_second();
int version_seen_by_second() { return ENCORE_VERSION_MINOR; }
