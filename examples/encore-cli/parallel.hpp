// SPDX-License-Identifier: Apache-2.0
// Independent pieces of work on the threads that there are.
#pragma once

#include <encore/core/parallel.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>

namespace encore::cli {

// f(i, worker) for each i in [0, count), in any order, worker < parallel.concurrency(); then rethrows the error of the
// least i that failed, as a loop would.
template <class F>
void for_each_index(const Parallel& parallel, std::size_t count, F&& f) {
  constexpr std::size_t chunk = 16;
  std::mutex mutex;
  std::exception_ptr error;
  std::size_t failed = count;
  parallel.for_each(std::int64_t((count + chunk - 1) / chunk), [&](std::int64_t c, int worker) {
    std::size_t i = std::size_t(c) * chunk;
    const std::size_t end = std::min(count, i + chunk);
    try {
      for (; i < end; ++i) f(i, std::size_t(worker));
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (i >= failed) return;
      error = std::current_exception();
      failed = i;
    }
  });
  if (error) std::rethrow_exception(error);
}

}  // namespace encore::cli
