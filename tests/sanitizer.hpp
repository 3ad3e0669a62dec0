// SPDX-License-Identifier: Apache-2.0
// ENCORE_TEST_SANITIZED: whether a sanitizer with an allocator of its own watches over this program.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ENCORE_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ENCORE_TEST_SANITIZED 1
#endif
#endif
#ifndef ENCORE_TEST_SANITIZED
#define ENCORE_TEST_SANITIZED 0
#endif
