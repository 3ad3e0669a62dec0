// SPDX-License-Identifier: Apache-2.0
// From what is known at run time to a type: the backend that the options name.
#pragma once

#include "errors.hpp"
#include "options.hpp"
#include "progress.hpp"

#include <encore/backend/cpu.hpp>
#if defined(ENCORE_CUDA_LINKED)
#include <encore/backend/cuda.hpp>
#endif
#include <encore/backend/reference.hpp>
#include <encore/core/parallel.hpp>

#include <string>
#include <utility>

namespace encore::cli {

// Calls f(context) with the context that the options ask for.
template <class F>
decltype(auto) with_backend(const ModelOptions& options, F&& f) {
  if (options.backend == Backend::reference) {
    if (options.precision != Precision::f32)
      throw UsageError("--precision: '" + std::string(name_of(options.precision)) +
                       "' is not supported by the reference backend, which computes in double");
    return std::forward<F>(f)(Context<Reference<double>>());
  }
  if (options.backend == Backend::cuda) {
#if defined(ENCORE_CUDA_LINKED)
    if (options.precision != Precision::f32 && options.precision != Precision::bf16)
      throw UsageError("--precision: '" + std::string(name_of(options.precision)) +
                       "' is not supported by the cuda backend; there are f32 and bf16");
    return std::forward<F>(f)(Context<Cuda>({.precision = options.precision}));
#else
    throw UsageError("--backend: 'cuda' is not in this program, which was built without ENCORE_CUDA");
#endif
  }
  const auto open = [&] {
    try {
      return Context<Cpu>({.threads = threads_of(options), .precision = options.precision});
    } catch (const UnsupportedError& error) {
      throw UsageError(error.what());
    }
  };
  return std::forward<F>(f)(open());
}

// What the numbers of a context's results are called.
template <class B>
std::string precision_of(const Context<B>& context) {
  if constexpr (requires { context.precision(); })
    return std::string(name_of(context.precision()));
  else
    return "f64";
}

// The threads of a context whose backend has any, else the caller's alone.
template <class B>
Parallel parallel_of(Context<B>& context) {
  if constexpr (requires { context.parallel(); })
    return context.parallel();
  else
    return {};
}

// "avx512, 2 threads, f32"
template <class B>
std::string machine_of(const Context<B>& context) {
  return std::string(context.isa()) + ", " + counted(std::size_t(context.threads()), "thread") + ", " +
         precision_of(context);
}

}  // namespace encore::cli
