// SPDX-License-Identifier: Apache-2.0
// The macros of the library, all of them; docs/macros.md lists what a user may set.
#pragma once

#include <encore/version.hpp>

// Anything earlier would give thousands of errors. A header that is not there ends the compiler's work at the first.
#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 202002L
#include "encore needs C++20: compile with -std=c++20"
#endif

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "encore: -ffast-math (or -ffinite-math-only) breaks the same-bits promise and NaN handling; remove it"
#endif

#if defined(ENCORE_KERNELS_LINKED) && defined(ENCORE_HEADER_ONLY)
#error "encore: ENCORE_HEADER_ONLY says that this file has kernels of its own, ENCORE_KERNELS_LINKED that it has not"
#endif

// Marks the bodies in the headers of `impl` folders: compiled ahead in the library that encore::kernels links, or
// inline in every file that includes them.
#if defined(ENCORE_KERNELS_LINKED)
#define ENCORE_INLINE
#else
#define ENCORE_INLINE inline
#endif

// Marks a function that runs on the host and, compiled by nvcc, on the device too.
#if defined(__CUDACC__)
#define ENCORE_HD __host__ __device__
#else
#define ENCORE_HD
#endif

// Marks code of GPU kernels: device code under nvcc, ordinary functions (which the emulator of the tests runs) elsewhere.
#if defined(__CUDACC__)
#define ENCORE_DEVICE __device__
#define ENCORE_DEVICE_UNROLL _Pragma("unroll")
#else
#define ENCORE_DEVICE
#define ENCORE_DEVICE_UNROLL
#endif

#if defined(__GNUC__) || defined(__clang__)
#define ENCORE_ALWAYS_INLINE inline __attribute__((always_inline))
#define ENCORE_NOINLINE __attribute__((noinline))
#else
#define ENCORE_ALWAYS_INLINE inline
#define ENCORE_NOINLINE
#endif
