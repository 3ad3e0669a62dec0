// SPDX-License-Identifier: Apache-2.0
// ThreadPool, Parallel and a caller's own executor.
#include "catch.hpp"

#include <encore/core/parallel.hpp>

#include <ctime>
#include <numeric>

using namespace encore;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

// How often each chunk was run, by how many workers; -1 where a worker's number was out of range.
std::vector<int> counts(const Parallel& parallel, std::int64_t chunks) {
  std::vector<std::atomic<int>> seen(static_cast<std::size_t>(chunks));
  parallel.for_each(chunks, [&](std::int64_t chunk, int worker) {
    if (worker < 0 || worker >= parallel.concurrency()) seen[std::size_t(chunk)] = -1000;
    ++seen[std::size_t(chunk)];
  });
  return {seen.begin(), seen.end()};
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

// CPU seconds that the process takes in a tenth of a second in which it has nothing to do.
double idle_cost() {
  const double before = cpu_seconds();
  std::this_thread::sleep_for(100ms);
  return cpu_seconds() - before;
}

}  // namespace

TEST_CASE("every chunk is run once, whatever their number and that of threads") {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    const Parallel parallel(pool);
    CHECK(parallel.concurrency() == threads);
    for (const std::int64_t chunks : {0, 1, 2, 3, 4, 5, 6, 7, 64, 1000})
      CHECK(counts(parallel, chunks) == std::vector<int>(std::size_t(chunks), 1));
    CHECK_NOTHROW(parallel.for_each(-1, [](std::int64_t, int) { throw 1; }));
  }
}

TEST_CASE("results of one round are seen by all workers of the next, over many rounds cut differently") {
  for (const auto spin : {0ns, 500000ns}) {
    ThreadPool pool(3, spin);
    const Parallel parallel(pool);
    constexpr std::int64_t n = 60;
    std::vector<std::int64_t> values(n, 0), next(n, 0);
    for (std::int64_t round = 0; round < 600; ++round) {
      const std::int64_t chunks = round % 7 + 1;
      parallel.for_each(chunks, [&](std::int64_t chunk, int) {
        for (std::int64_t i = chunk; i < n; i += chunks) next[std::size_t(i)] = values[std::size_t((i + 1) % n)] + 1;
      });
      values.swap(next);
    }
    CHECK(values == std::vector<std::int64_t>(n, 600));
  }
}

TEST_CASE("with spin 0 nothing spins: an idle pool takes no processor time") {
  ThreadPool pool(4, 0ns);
  const Parallel parallel(pool);
  counts(parallel, 100);
  CHECK(idle_cost() < 0.02);  // measured: 0.00005 s of 0.1 s; three threads that spin take 0.2 s on two cores
}

TEST_CASE("threads park within `spin` after the last round") {
  ThreadPool pool(4, 2ms);
  const Parallel parallel(pool);
  counts(parallel, 100);
  std::this_thread::sleep_for(50ms);  // the time they may spin, and room for a busy machine
  CHECK(idle_cost() < 0.02);
  CHECK(counts(parallel, 100) == std::vector<int>(100, 1));  // and wake up
}

TEST_CASE("a caller that waits for a slow worker sleeps") {
  ThreadPool pool(2, 1ms);
  const Parallel parallel(pool);
  const double before = cpu_seconds();
  parallel.for_each(2, [&](std::int64_t chunk, int worker) {
    if (worker == 1 || chunk == 1) std::this_thread::sleep_for(100ms);
  });
  CHECK(cpu_seconds() - before < 0.05);
}

TEST_CASE("a pool is destroyed while its threads spin, are parked or have never run") {
  for (int i = 0; i < 20; ++i) {
    ThreadPool never(3, i % 2 ? 0ns : 500000ns);
    ThreadPool spinning(3, 1s);
    counts(Parallel(spinning), 10);
    ThreadPool parked(3, 0ns);
    counts(Parallel(parked), 10);
    if (i < 3) std::this_thread::sleep_for(5ms);
  }
  SUCCEED();
}

TEST_CASE("a number of threads out of range is refused, and 0 takes the cores this process may use") {
  CHECK_THROWS_MATCHES(ThreadPool(-1), ArgumentError, MessageMatches(ContainsSubstring("-1")));
  CHECK_THROWS_MATCHES(ThreadPool(1025), ArgumentError, MessageMatches(ContainsSubstring("1025")));
  CHECK(ThreadPool(0).concurrency() == usable_cores());
  CHECK(usable_cores() >= 1);
}

#if defined(__linux__)
TEST_CASE("the affinity mask limits the cores this process may use") {
  cpu_set_t before, one;
  REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  const int cores = usable_cores();
  REQUIRE(sched_setaffinity(0, sizeof before, &before) == 0);
  CHECK(cores == 1);
}
#endif

TEST_CASE("a caller's own executor runs the work, one call after the other or on threads of its own") {
  struct Serial {
    int runs = 0;
    int concurrency() const { return 3; }
    void run(WorkerFunction f) {
      ++runs;
      for (int worker = 3; worker-- > 0;) f(worker);
    }
  };
  struct Threads {
    int concurrency() const { return 4; }
    void run(WorkerFunction f) {
      std::vector<std::jthread> threads;
      for (int worker = 0; worker < 4; ++worker) threads.emplace_back([f, worker] { f(worker); });
    }
  };
  static_assert(TaskExecutor<Serial> && TaskExecutor<Threads> && TaskExecutor<ThreadPool> && !TaskExecutor<int>);
  Serial serial;
  CHECK(counts(Parallel(serial), 100) == std::vector<int>(100, 1));
  CHECK(serial.runs == 1);
  Threads threads;
  CHECK(counts(Parallel(threads), 100) == std::vector<int>(100, 1));
  CHECK(counts(Parallel(), 100) == std::vector<int>(100, 1));
}

TEST_CASE("an executor without a worker is refused") {
  struct Nobody {
    int concurrency() const { return 0; }
    void run(WorkerFunction) {}
  };
  Nobody nobody;
  CHECK_THROWS_MATCHES(Parallel(nobody), ArgumentError, MessageMatches(ContainsSubstring("concurrency() is 0")));
}
