// SPDX-License-Identifier: Apache-2.0
// Runs the CUDA kernels' own source on the CPU, thread by thread: each thread of a block is a fiber that runs until it
// must wait for others, so that sanitizers see every access. What it is strict about, beside them:
//   - memory is full of NaN until written; shared memory is exactly as large as was asked for
//   - an asynchronous copy arrives when it is waited for and not before
//   - threads of a warp that disagree on what they do together, and barriers that some thread never reaches, are errors
//   - `reversed` runs blocks and threads in the opposite order: a missing barrier changes the result
// It knows nothing of time, of registers and of memory banks.
#pragma once

#include "cuda/place.hpp"

#include <encore/backend/cuda.hpp>
#include <encore/backend/cuda/launching_device.hpp>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define ENCORE_EMULATOR_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ENCORE_EMULATOR_ASAN 1
#endif
#endif
#if defined(ENCORE_EMULATOR_ASAN)
#include <sanitizer/common_interface_defs.h>
#endif

namespace cuda_test {

using namespace encore::cuda;

class BlockRun;

// What one fiber waits for: all `expected` of them arriving.
struct Barrier {
  int expected = 0;
  int arrived = 0;
  unsigned phase = 0;
};

struct Fiber {
  Place place;
  bool begun = false;
  std::vector<std::byte> stack;
  const Barrier* waits_for = nullptr;
  unsigned waits_in = 0;
  bool done = true;
  unsigned collectives = 0;
  struct Copy {
    void* target;
    const void* source;  // null: zeros
  };
  std::vector<Copy> issued;
  std::deque<std::vector<Copy>> groups;
};

// What a lane shows the others of its warp.
struct Exchange {
  const char* operation = nullptr;
  std::uint32_t words[8];
  const void* address = nullptr;
};

// The block as one thread of it sees it: the counterpart of GpuBlock.
class EmulatedBlock {
 public:
  static constexpr bool reloads_queries = true;  // both ways are run: heads of 64 do, others do not

  EmulatedBlock(BlockRun& run, int thread) : run_(run), thread_(thread) {}

  std::int64_t x() const;
  std::int64_t y() const;
  int thread() const { return thread_; }
  int threads() const;
  int lane() const { return thread_ % warp_size; }
  int warp() const { return thread_ / warp_size; }
  std::byte* shared() const;
  void sync();
  void sync_warp();

  float shuffle_xor(float value, int mask);

  float square_root(float x) const { return std::sqrt(x); }
  float exponential(float x) const { return std::exp(x); }
  float logarithm(float x) const { return std::log(x); }
  float power_of_two(float x) const { return std::exp2(x); }

  std::uint32_t pack(float low, float high) const {
    return std::uint32_t(rounded<Bf16>(low).bits) | std::uint32_t(rounded<Bf16>(high).bits) << 16;
  }
  void load_matrices(std::uint32_t (&fragment)[4], const Bf16* row) { load(fragment, row, false); }
  void load_matrices_transposed(std::uint32_t (&fragment)[4], const Bf16* row) { load(fragment, row, true); }
  void multiply_add(float (&sums)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1);

  void copy_async(Bf16* target, const Bf16* source, bool present);
  void commit_copies();
  template <int pending>
  void wait_copies() {
    wait_copies(pending);
  }

 private:
  void load(std::uint32_t (&fragment)[4], const Bf16* row, bool transposed);
  void wait_copies(std::size_t pending);
  // Shows `mine` to the warp and returns what all lanes show.
  const Exchange* exchange(const Exchange& mine);

  BlockRun& run_;
  int thread_;
};

// The threads of one block, from start to end.
class BlockRun {
 public:
  using Body = std::function<void(EmulatedBlock&)>;

  void run(std::int64_t x, std::int64_t y, int threads, std::size_t shared, bool reversed, const Body& body);

 private:
  friend EmulatedBlock;

  void wait(Barrier& barrier, int thread);
  void yield(Fiber& fiber);
  void resume(int thread);
  void begin(int thread);
  static void enter(unsigned high, unsigned low, unsigned thread);
  void live(int thread);

  std::int64_t x_ = 0, y_ = 0;
  int threads_ = 0;
  std::vector<std::byte> shared_;
  const Body* body_ = nullptr;
  std::exception_ptr error_;
  Place main_;
#if defined(ENCORE_EMULATOR_ASAN)
  const void* main_stack_ = nullptr;
  std::size_t main_stack_size_ = 0;
  void* main_fake_ = nullptr;
#endif
  std::vector<Fiber> fibers_;
  Barrier block_barrier_;
  std::vector<Barrier> warp_barriers_;
  std::vector<std::array<std::array<Exchange, warp_size>, 2>> exchanges_;
};

// Runs the blocks of a launch.
class EmulatedMachine {
 public:
  explicit EmulatedMachine(bool reversed) : reversed_(reversed) {}

  template <class Kernel, class Task>
  void launch(const Kernel& kernel, const Grid& grid, const Task& task) {
    blocks(grid, [&](EmulatedBlock& block) { kernel(block, task); });
  }
  void blocks(const Grid& grid, const BlockRun::Body& body);
  int launches() const { return launches_; }

 private:
  bool reversed_;
  int launches_ = 0;
  std::unique_ptr<BlockRun> run_ = std::make_unique<BlockRun>();
};

}  // namespace cuda_test

// All kernels, on the emulator: compiled once, in emulator.cpp.
extern template class encore::cuda::LaunchingDevice<cuda_test::EmulatedMachine>;

namespace cuda_test {

class Emulator final : public LaunchingDevice<EmulatedMachine> {
 public:
  explicit Emulator(bool reversed = false, std::size_t limit = std::numeric_limits<std::size_t>::max())
      : LaunchingDevice(EmulatedMachine(reversed)), limit_(limit) {}

  std::string name() const override { return "emulator"; }
  void* allocate(std::size_t bytes) override;
  void release(void* memory) noexcept override { std::free(memory); }
  void* allocate_host(std::size_t bytes) override { return allocate(bytes); }
  void release_host(void* memory) noexcept override { std::free(memory); }
  void clear(void* memory, std::size_t bytes) override { std::memset(memory, 0, bytes); }
  void upload(void* target, const void* source, std::size_t bytes) override { std::memcpy(target, source, bytes); }
  void download(void* target, const void* source, std::size_t bytes) override { std::memcpy(target, source, bytes); }
  void synchronise() override {}
  void multiply(const GemmTask& task) override;
  void launch(const void* entry, const Grid& grid, const void* task) override {
    const auto function =
        reinterpret_cast<void (*)(EmulatedBlock&, const void*)>(reinterpret_cast<std::uintptr_t>(entry));
    machine_.blocks(grid, [&](EmulatedBlock& block) { function(block, task); });
  }
  // Launches so far.
  int launches() const { return machine_.launches(); }

 private:
  std::size_t limit_;
};

}  // namespace cuda_test

namespace encore::cuda {

template <class Kernel, class Task>
struct KernelEntry {
  static const void* get() {
    void (*const function)(cuda_test::EmulatedBlock&, const void*) =
        [](cuda_test::EmulatedBlock& block, const void* task) { Kernel{}(block, *static_cast<const Task*>(task)); };
    return reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(function));
  }
};

}  // namespace encore::cuda
