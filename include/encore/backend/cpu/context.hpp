// SPDX-License-Identifier: Apache-2.0
// The CPU backend's context: threads, kernel table, workspace.
#pragma once

#include <encore/backend/backend.hpp>
#include <encore/backend/cpu/kernel_table.hpp>
#include <encore/backend/cpu/link_mode.hpp>
#include <encore/backend/cpu/tag.hpp>
#include <encore/backend/workspace.hpp>
#include <encore/core/parallel.hpp>
#include <encore/core/precision.hpp>

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/backend/cpu/native.hpp>
#endif

#include <chrono>
#include <memory>

namespace encore {

// How many threads a context has, how they wait, and which kernels they run.
struct CpuOptions {
  int threads = 0;                       // 0: the cores this process may use
  Precision precision = Precision::f32;  // of weights packed with this context
  std::chrono::nanoseconds spin =
      std::chrono::microseconds(500);         // how long a waiting thread spins before it parks; 0: never
  const cpu::KernelTable* kernels = nullptr;  // null: the default
};

// Belongs to one thread at a time. Several contexts may run one model at once.
template <>
class Context<Cpu> {
 public:
  // Threads of its own. Throws ArgumentError for bad options, UnsupportedError for a precision this backend lacks.
  explicit Context(const CpuOptions& options = {})
      : table_(choose(options)),
        precision_(options.precision),
        pool_(options.threads == 1 ? nullptr : std::make_unique<ThreadPool>(options.threads, options.spin)) {
    if (pool_) parallel_ = Parallel(*pool_);
  }
  // The caller's threads; the executor outlives the context.
  template <TaskExecutor E>
  Context(const CpuOptions& options, E& executor)
      : table_(choose(options)), precision_(options.precision), parallel_(executor) {}

  // What was chosen: threads, instruction set, format of weights.
  int threads() const { return parallel_.concurrency(); }
  std::string_view isa() const { return table_->isa; }
  Precision precision() const { return precision_; }
  // For kernels: who runs chunks, what runs in them, and where values lie.
  const Parallel& parallel() const { return parallel_; }
  const cpu::KernelTable& kernels() const { return *table_; }
  Workspace& workspace() { return *workspace_; }

 private:
  static const cpu::KernelTable* choose(const CpuOptions& options) {
    if (options.precision != Precision::f32)
      throw UnsupportedError("precision '" + std::string(name_of(options.precision)) +
                             "' is not supported by the cpu backend; there is f32");
    return options.kernels ? options.kernels : &default_table();
  }
  // Of this way of compiling (tag.hpp), which Context<Cpu> is named after.
  static const cpu::KernelTable& default_table() {
#if defined(ENCORE_KERNELS_LINKED)
    return cpu::best_table();
#else
    return cpu::ENCORE_NATIVE_ISA::header_only_table;
#endif
  }

  const cpu::KernelTable* table_;
  Precision precision_;
  std::unique_ptr<ThreadPool> pool_;
  Parallel parallel_;
  std::unique_ptr<Workspace> workspace_ = std::make_unique<Workspace>();
};

}  // namespace encore
