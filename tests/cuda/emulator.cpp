// SPDX-License-Identifier: Apache-2.0
#include "cuda/emulator.hpp"

#include "cuda/instructions.hpp"
#include "cuda/map_functor.hpp"

#include <ucontext.h>

#include <stdexcept>

template class encore::cuda::LaunchingDevice<cuda_test::EmulatedMachine>;

namespace cuda_test {

namespace {
constexpr std::size_t stack_bytes = std::size_t{256} << 10;

float half_of(std::uint32_t word, int high) { return to_float(Bf16{std::uint16_t(word >> (high ? 16 : 0))}); }
}  // namespace

// ---- fibers

void BlockRun::begin(int thread) {
  Fiber& fiber = fibers_[std::size_t(thread)];
  fiber.begun = true;
  ucontext_t context;
  getcontext(&context);
  context.uc_stack.ss_sp = fiber.stack.data();
  context.uc_stack.ss_size = fiber.stack.size();
  context.uc_link = nullptr;
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&context, reinterpret_cast<void (*)()>(reinterpret_cast<std::uintptr_t>(&BlockRun::enter)), 3,
              unsigned(self >> 32), unsigned(self & 0xffffffffu), unsigned(thread));
  if (__builtin_setjmp(main_.words) == 0) setcontext(&context);
}

void BlockRun::enter(unsigned high, unsigned low, unsigned thread) {
  auto* run = reinterpret_cast<BlockRun*>(std::uintptr_t(high) << 32 | low);
  run->live(int(thread));
}

void BlockRun::live(int thread) {
  Fiber& fiber = fibers_[std::size_t(thread)];
#if defined(ENCORE_EMULATOR_ASAN)
  __sanitizer_finish_switch_fiber(nullptr, &main_stack_, &main_stack_size_);
#endif
  try {
    EmulatedBlock block(*this, thread);
    (*body_)(block);
  } catch (...) {
    if (!error_) error_ = std::current_exception();
  }
  fiber.done = true;
#if defined(ENCORE_EMULATOR_ASAN)
  __sanitizer_start_switch_fiber(nullptr, main_stack_, main_stack_size_);
#endif
  go(main_);
}

void BlockRun::resume(int thread) {
  Fiber& fiber = fibers_[std::size_t(thread)];
#if defined(ENCORE_EMULATOR_ASAN)
  __sanitizer_start_switch_fiber(&main_fake_, fiber.stack.data(), fiber.stack.size());
#endif
  if (fiber.begun)
    swap(main_, fiber.place);
  else
    begin(thread);
#if defined(ENCORE_EMULATOR_ASAN)
  __sanitizer_finish_switch_fiber(main_fake_, nullptr, nullptr);
#endif
}

void BlockRun::yield(Fiber& fiber) {
#if defined(ENCORE_EMULATOR_ASAN)
  void* fake = nullptr;
  __sanitizer_start_switch_fiber(&fake, main_stack_, main_stack_size_);
#endif
  swap(fiber.place, main_);
#if defined(ENCORE_EMULATOR_ASAN)
  __sanitizer_finish_switch_fiber(fake, &main_stack_, &main_stack_size_);
#endif
}

void BlockRun::wait(Barrier& barrier, int thread) {
  const unsigned phase = barrier.phase;
  if (++barrier.arrived == barrier.expected) {
    barrier.arrived = 0;
    ++barrier.phase;
    return;
  }
  Fiber& fiber = fibers_[std::size_t(thread)];
  fiber.waits_for = &barrier;
  fiber.waits_in = phase;
  while (barrier.phase == phase) yield(fiber);
  fiber.waits_for = nullptr;
}

void BlockRun::run(std::int64_t x, std::int64_t y, int threads, std::size_t shared, bool reversed, const Body& body) {
  if (threads % warp_size != 0) throw std::logic_error("emulator: a block is made of whole warps");
  x_ = x;
  y_ = y;
  threads_ = threads;
  body_ = &body;
  error_ = nullptr;
  shared_ = std::vector<std::byte>(shared, std::byte{0xff});
  const int warps = threads / warp_size;
  block_barrier_ = {threads, 0, 0};
  warp_barriers_.assign(std::size_t(warps), Barrier{warp_size, 0, 0});
  exchanges_.resize(std::size_t(warps));
  if (fibers_.size() < std::size_t(threads)) fibers_.resize(std::size_t(threads));
  for (int t = 0; t < threads; ++t) {
    Fiber& fiber = fibers_[std::size_t(t)];
    if (fiber.stack.empty()) fiber.stack.resize(stack_bytes);
    fiber.done = false;
    fiber.waits_for = nullptr;
    fiber.collectives = 0;
    fiber.issued.clear();
    fiber.groups.clear();
    fiber.begun = false;
  }
  for (int left = threads; left > 0;) {
    bool moved = false;
    for (int n = 0; n < threads; ++n) {
      const int t = reversed ? threads - 1 - n : n;
      Fiber& fiber = fibers_[std::size_t(t)];
      if (fiber.done || (fiber.waits_for && fiber.waits_for->phase == fiber.waits_in)) continue;
      resume(t);
      moved = true;
      if (fiber.done) --left;
      if (error_) std::rethrow_exception(error_);
    }
    if (!moved) throw std::logic_error("emulator: a barrier that some thread never reaches");
  }
}

// ---- one thread's view

std::int64_t EmulatedBlock::x() const { return run_.x_; }
std::int64_t EmulatedBlock::y() const { return run_.y_; }
int EmulatedBlock::threads() const { return run_.threads_; }
std::byte* EmulatedBlock::shared() const { return run_.shared_.data(); }
void EmulatedBlock::sync() { run_.wait(run_.block_barrier_, thread_); }
void EmulatedBlock::sync_warp() { exchange({.operation = "sync_warp", .words = {}}); }

const Exchange* EmulatedBlock::exchange(const Exchange& mine) {
  Fiber& fiber = run_.fibers_[std::size_t(thread_)];
  auto& slots = run_.exchanges_[std::size_t(warp())][fiber.collectives++ % 2];
  slots[std::size_t(lane())] = mine;
  run_.wait(run_.warp_barriers_[std::size_t(warp())], thread_);
  for (const Exchange& theirs : slots)
    if (std::strcmp(theirs.operation, mine.operation) != 0)
      throw std::logic_error(std::string("emulator: lanes of a warp meet in ") + mine.operation + " and " +
                             theirs.operation);
  return slots.data();
}

float EmulatedBlock::shuffle_xor(float value, int mask) {
  Exchange mine{.operation = "shuffle", .words = {}};
  std::memcpy(mine.words, &value, sizeof value);
  const Exchange* all = exchange(mine);
  std::memcpy(&value, all[lane() ^ mask].words, sizeof value);
  return value;
}

void EmulatedBlock::load(std::uint32_t (&fragment)[4], const Bf16* row, bool transposed) {
  if (reinterpret_cast<std::uintptr_t>(row) % 16 != 0) throw std::logic_error("emulator: a matrix row is not aligned");
  const Exchange* all = exchange({.operation = transposed ? "load transposed" : "load", .words = {}, .address = row});
  for (int i = 0; i < 4; ++i) {
    const auto element = [&](int r, int c) { return static_cast<const Bf16*>(all[8 * i + r].address)[c].bits; };
    const int a = lane() / 4;
    const int b = lane() % 4 * 2;
    fragment[i] = transposed ? std::uint32_t(element(b, a)) | std::uint32_t(element(b + 1, a)) << 16
                             : std::uint32_t(element(a, b)) | std::uint32_t(element(a, b + 1)) << 16;
  }
}

void EmulatedBlock::multiply_add(float (&sums)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
  const Exchange* all = exchange({.operation = "multiply_add", .words = {a[0], a[1], a[2], a[3], b0, b1}});
  for (int e = 0; e < 4; ++e) {
    const int row = lane() / 4 + e / 2 * 8;
    const int column = lane() % 4 * 2 + e % 2;
    float sum = 0;
    for (int k = 0; k < 16; ++k) {
      const float x = half_of(all[row % 8 * 4 + k % 8 / 2].words[row / 8 + k / 8 * 2], k % 2);
      const float y = half_of(all[column * 4 + k % 8 / 2].words[4 + k / 8], k % 2);
      sum += x * y;
    }
    sums[e] += sum;
  }
}

void EmulatedBlock::copy_async(Bf16* target, const Bf16* source, bool present) {
  if (reinterpret_cast<std::uintptr_t>(target) % 16 != 0 ||
      (present && reinterpret_cast<std::uintptr_t>(source) % 16 != 0))
    throw std::logic_error("emulator: an asynchronous copy is not aligned");
  std::memset(static_cast<void*>(target), 0xff, 16);
  run_.fibers_[std::size_t(thread_)].issued.push_back({target, present ? source : nullptr});
}

void EmulatedBlock::commit_copies() {
  Fiber& fiber = run_.fibers_[std::size_t(thread_)];
  fiber.groups.push_back(std::move(fiber.issued));
  fiber.issued.clear();
}

void EmulatedBlock::wait_copies(std::size_t pending) {
  Fiber& fiber = run_.fibers_[std::size_t(thread_)];
  for (; fiber.groups.size() > pending; fiber.groups.pop_front()) {
    for (const Fiber::Copy& copy : fiber.groups.front()) {
      if (copy.source)
        std::memcpy(copy.target, copy.source, 16);
      else
        std::memset(copy.target, 0, 16);
    }
  }
}

// ---- the device

void* Emulator::allocate(std::size_t bytes) {
  void* memory = bytes <= limit_ ? std::aligned_alloc(256, (bytes + 255) / 256 * 256) : nullptr;
  if (!memory) throw encore::MemoryError("out of memory: " + std::to_string(bytes) + " bytes asked for");
  std::memset(memory, 0xff, bytes);
  return memory;
}

void EmulatedMachine::blocks(const Grid& grid, const BlockRun::Body& body) {
  ++launches_;
  const std::int64_t count = grid.x * grid.y;
  for (std::int64_t n = 0; n < count; ++n) {
    const std::int64_t i = reversed_ ? count - 1 - n : n;
    run_->run(i % grid.x, i / grid.x, grid.threads, grid.shared, reversed_, body);
  }
}

void Emulator::multiply(const GemmTask& task) {
  const auto read = [](const View& x, std::int64_t r, std::int64_t c) {
    return x.format == Format::f32 ? x.row<const float>(r)[c] : to_float(x.row<const Bf16>(r)[c]);
  };
  for (std::int64_t m = 0; m < task.m(); ++m) {
    for (std::int64_t n = 0; n < task.n(); ++n) {
      float sum = 0;
      for (std::int64_t k = 0; k < task.k(); ++k)
        sum += (task.transpose_a ? read(task.a, k, m) : read(task.a, m, k)) *
               (task.transpose_b ? read(task.b, n, k) : read(task.b, k, n));
      if (task.accumulate) sum += read(task.c, m, n);
      if (task.bias)
        sum += task.c.format == Format::f32 ? static_cast<const float*>(task.bias)[n]
                                            : to_float(static_cast<const Bf16*>(task.bias)[n]);
      if (task.c.format == Format::f32)
        task.c.row<float>(m)[n] = sum;
      else
        task.c.row<Bf16>(m)[n] = rounded<Bf16>(sum);
    }
  }
}

}  // namespace cuda_test

#if !defined(ENCORE_CUDA_LINKED)
std::shared_ptr<encore::cuda::Device> encore::cuda::open_gpu(const GpuOptions&) {
  throw encore::UnsupportedError("cuda: these tests were built without CUDA");
}
const void* cuda_test::gpu_instruction_kernel() { return nullptr; }
std::vector<encore::Tensor<double>> cuda_test::run_map_on_gpu(encore::Precision, encore::MatrixView<const float>,
                                                              encore::MatrixView<const float>,
                                                              encore::MatrixView<const float>) {
  throw encore::UnsupportedError("cuda: these tests were built without CUDA");
}
#endif
