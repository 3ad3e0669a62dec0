// SPDX-License-Identifier: Apache-2.0
// Infer runs a forward pass in the context's workspace; Count runs the same code dry and says what it will take.
#pragma once

#include <encore/exec/executor.hpp>

#include <type_traits>

namespace encore {

// Adds up what a forward pass costs for given segments, without parameters and without computing.
template <class B>
class Count : public Executor<B, Mode::count> {
 public:
  // prepared: as with parameters that are (models/prepare.hpp), which those of a loaded model are. claim: of a caller
  // who holds the context's workspace for longer; null: the executor's own.
  Count(Context<B>& context, const ParameterLayout& layout, const Segments& segments, bool prepared = false,
        const WorkspaceClaim* claim = nullptr)
      : Executor<B, Mode::count>(context, layout, segments, nullptr, nullptr, claim) {
    this->prepared_ = prepared;
  }
  // Segments are referred to.
  Count(Context<B>&, const ParameterLayout&, Segments&&, bool = false, const WorkspaceClaim* = nullptr) = delete;

  // Multiplications and additions so far.
  double flops() const { return this->flops_; }
  // Bytes of workspace that Infer takes for the same calls.
  std::size_t peak_bytes() const { return this->arena_peak(); }
};

// Runs ops at once. The workspace must have been reserved (Count::peak_bytes); MemoryError otherwise.
template <class B>
class Infer : public Executor<B, Mode::infer> {
 public:
  // A pass over these sequences. `claim`: the workspace's, where the caller holds it already. Throws ArgumentError
  // where the context is in use, on this thread or another.
  Infer(Context<B>& context, const Parameters<B>& parameters, const Segments& segments,
        const WorkspaceClaim* claim = nullptr)
      : Executor<B, Mode::infer>(context, parameters.layout(), segments, &parameters, nullptr, claim) {
    this->prepared_ = parameters.prepared();
  }
  // Segments are referred to.
  Infer(Context<B>&, const Parameters<B>&, Segments&&, const WorkspaceClaim* = nullptr) = delete;

  // Bytes of the workspace that the pass has needed so far.
  std::size_t peak_bytes() const { return this->arena_peak(); }
};

namespace detail {
template <class A, class B>
consteval void require_one_backend() {
  static_assert(std::is_same_v<A, B>, "encore: the context is of one backend and the parameters are of another");
}
}  // namespace detail

// Counts, reserves, runs: forward(executor) is called once with a Count and once with an Infer. Throws ArgumentError
// where the context is in use, on this thread or another.
template <class B, class Forward>
void infer(Context<B>& context, const Parameters<B>& parameters, const Segments& segments,
           TapFunction<scalar_t<B>> observer, Forward&& forward) {
  const WorkspaceClaim claim(context.workspace());
  std::size_t bytes = 0;
  {
    Count<B> count(context, parameters.layout(), segments, parameters.prepared(), &claim);
    count.observe(observer);
    forward(count);
    bytes = count.peak_bytes();
  }
  context.workspace().reserve(bytes);
  Infer<B> executor(context, parameters, segments, &claim);
  executor.observe(observer);
  forward(executor);
}

// Of two backends: says so.
template <class A, class B, class Forward>
  requires(!std::is_same_v<A, B>)
void infer(Context<A>&, const Parameters<B>&, const Segments&, TapFunction<scalar_t<A>>, Forward&&) {
  detail::require_one_backend<A, B>();
}

}  // namespace encore
