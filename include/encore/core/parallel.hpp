// SPDX-License-Identifier: Apache-2.0
// Work on several threads: the concept a caller's own executor fulfils, and the pool a Context makes by default.
// Work is cut into chunks that depend on the problem only and handed out by a counter, so neither the number of threads
// nor which of them is slow touches a bit of the result.
#pragma once

#include <encore/core/error.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

namespace encore {

// A function of a worker's number, without ownership and without an allocation.
class WorkerFunction {
 public:
  // Of f(worker), which must outlive it.
  template <class F>
  explicit WorkerFunction(F& f)
      : object_(&f), call_([](void* object, int worker) { (*static_cast<F*>(object))(worker); }) {}
  WorkerFunction() = default;
  void operator()(int worker) const { call_(object_, worker); }

 private:
  void* object_ = nullptr;
  void (*call_)(void*, int) = nullptr;
};

// A caller's own executor: run(f) calls f(worker) once for each worker in [0, concurrency()), from any threads, at the
// same time or one after the other, and returns when all calls have. f does not throw.
template <class E>
concept TaskExecutor = requires(E& executor, WorkerFunction f) {
  { executor.concurrency() } -> std::convertible_to<int>;
  executor.run(f);
};

// The number of threads this process may use: its affinity mask and, on Linux, its cgroup's CPU quota.
int usable_cores();

// Threads that spin for work while a forward runs and for `spin` after it, then park. run() is called from one thread
// at a time; that thread works too, as worker 0. With one thread there is no pool at all.
class ThreadPool {
 public:
  // threads = 0 takes usable_cores(). Throws ArgumentError for a negative number, more than 1024, or more than the
  // system starts.
  explicit ThreadPool(int threads = 0, std::chrono::nanoseconds spin = std::chrono::microseconds(500));
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  // Threads that run() calls at once, the caller's among them.
  int concurrency() const { return int(workers_.size()) + 1; }
  // Calls f(worker) once for each worker in [0, concurrency()), worker 0 on this thread, and returns when all are done.
  // One run at a time; f does not throw.
  void run(WorkerFunction f);

 private:
  void work(int worker);
  void stop() noexcept;

  std::vector<std::thread> workers_;
  std::chrono::nanoseconds spin_;
  WorkerFunction function_;
  alignas(64) std::atomic<std::uint32_t> generation_{0};
  alignas(64) std::atomic<std::int32_t> unfinished_{0};
  alignas(64) std::atomic<std::int32_t> parked_{0};
  std::atomic<bool> stop_{false};
};

// Any executor behind one small handle: what a Context holds. Copies refer to the same executor.
class Parallel {
 public:
  // Runs everything on the calling thread.
  Parallel() = default;
  template <TaskExecutor E>
  explicit Parallel(E& executor)
      : executor_(&executor),
        concurrency_(executor.concurrency()),
        run_([](void* e, WorkerFunction f) { static_cast<E*>(e)->run(f); }) {
    if (concurrency_ < 1)
      throw ArgumentError("executor: concurrency() is " + std::to_string(concurrency_) + ", at least 1 is needed");
  }

  // Threads there are, as the executor said when this was made.
  int concurrency() const { return concurrency_; }

  // Calls body(chunk, worker) for each chunk in [0, chunks), in any order. Bodies of different chunks may run at the
  // same time; worker < concurrency() names the thread's scratch. body does not throw.
  template <class Body>
  void for_each(std::int64_t chunks, Body&& body) const {
    if (chunks <= 0) return;
    if (concurrency_ == 1 || chunks == 1) {
      for (std::int64_t chunk = 0; chunk < chunks; ++chunk) body(chunk, 0);
      return;
    }
    std::atomic<std::int64_t> next{0};
    auto loop = [&](int worker) {
      for (std::int64_t chunk; (chunk = next.fetch_add(1, std::memory_order_relaxed)) < chunks;) body(chunk, worker);
    };
    run_(executor_, WorkerFunction(loop));
  }

 private:
  void* executor_ = nullptr;
  int concurrency_ = 1;
  void (*run_)(void*, WorkerFunction) = nullptr;
};

namespace detail {
inline void spin_pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();  // <immintrin.h> would cost every user a tenth of the parsing
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

// The cgroup's CPU quota in whole cores, at least 1; 0 where there is none. Reads version 2, then version 1.
int cgroup_cores();
}  // namespace detail

inline ThreadPool::ThreadPool(int threads, std::chrono::nanoseconds spin) : spin_(spin) {
  if (threads < 0 || threads > 1024) throw ArgumentError("threads: " + std::to_string(threads) + " is not in 0..1024");
  if (threads == 0) threads = usable_cores();
  workers_.reserve(std::size_t(threads - 1));
  try {
    for (int worker = 1; worker < threads; ++worker) workers_.emplace_back([this, worker] { work(worker); });
  } catch (const std::system_error& error) {
    const std::size_t started = workers_.size() + 1;
    stop();
    throw ArgumentError("threads: of " + std::to_string(threads) + " the system starts " + std::to_string(started) +
                        " and no more: " + error.code().message());
  } catch (...) {
    stop();
    throw;
  }
}

inline ThreadPool::~ThreadPool() { stop(); }

inline void ThreadPool::stop() noexcept {
  stop_.store(true);
  generation_.fetch_add(1);
  generation_.notify_all();
  for (auto& thread : workers_) thread.join();
}

inline void ThreadPool::run(WorkerFunction f) {
  if (workers_.empty()) return f(0);
  function_ = f;
  unfinished_.store(std::int32_t(workers_.size()), std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_seq_cst);
  if (parked_.load(std::memory_order_seq_cst) > 0) generation_.notify_all();
  f(0);
  // A worker whose core was taken away finishes late: spin no longer than the workers do, then sleep until the last is
  // done.
  const auto since = std::chrono::steady_clock::now();
  for (std::int32_t left; (left = unfinished_.load(std::memory_order_acquire)) != 0;) {
    if (spin_.count() > 0 && std::chrono::steady_clock::now() - since < spin_)
      detail::spin_pause();
    else
      unfinished_.wait(left, std::memory_order_acquire);
  }
}

inline void ThreadPool::work(int worker) {
  std::uint32_t seen = 0;
  while (true) {
    const auto idle_since = std::chrono::steady_clock::now();
    while (generation_.load(std::memory_order_acquire) == seen) {
      if (spin_.count() > 0 && std::chrono::steady_clock::now() - idle_since < spin_) {
        for (int i = 0; i < 16 && generation_.load(std::memory_order_relaxed) == seen; ++i) detail::spin_pause();
        continue;
      }
      parked_.fetch_add(1, std::memory_order_seq_cst);
      generation_.wait(seen, std::memory_order_seq_cst);
      parked_.fetch_sub(1, std::memory_order_relaxed);
    }
    ++seen;  // run() waits for all workers, so a generation is never skipped
    if (stop_.load(std::memory_order_acquire)) return;
    function_(worker);
    if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished_.notify_one();
  }
}

}  // namespace encore

#include <encore/core/usable_cores.hpp>
