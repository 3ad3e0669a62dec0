// SPDX-License-Identifier: Apache-2.0
// A file that makes contexts leaves a mark in its object that says where its kernels come from. A program that links
// the library of encore::kernels, but has no file that was compiled for it, would run what its own flags give, SSE2 as a
// rule, and not say so: the linker refuses it, and the name of the symbol that it misses is the message. A program may
// have files of both ways.
//
// Header-only, the mark is a common symbol: such a symbol alone is sought in archives although there is one already. It
// draws in src/kernels/kernels_unused.cpp, which needs the mark of a file compiled with ENCORE_KERNELS_LINKED. GNU ld
// does so where objects are no link-time optimiser's; gold does not, and refuses nothing.
#pragma once

#include <encore/config.hpp>

#if defined(__ELF__) && !defined(__CUDACC__)
#if defined(ENCORE_KERNELS_LINKED)
extern "C" {
[[gnu::used]] inline constexpr char encore_kernels_is_linked_but_no_file_is_compiled_with_ENCORE_KERNELS_LINKED = 0;
}
#elif !defined(ENCORE_HEADER_ONLY)
__asm__(".comm encore_file_with_kernels_of_its_own, 8, 8");
#endif
#endif
