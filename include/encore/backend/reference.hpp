// SPDX-License-Identifier: Apache-2.0
// The reference backend: plain loops over any scalar. Reference<double> is the oracle of every other backend and of the
// gradient checks.
#pragma once

#include <encore/backend/reference/kernels.hpp>
#include <encore/backend/reference/storage.hpp>
#include <encore/backend/workspace.hpp>

namespace encore {

template <class S>
struct Reference {};

template <class S>
struct backend_traits<Reference<S>> {
  using Scalar = S;
  using Storage = reference::Storage<S>;
  static constexpr std::string_view name = "reference";
};

// Nothing but a workspace: one thread, no options.
template <class S>
class Context<Reference<S>> {
 public:
  // Where values lie; one thread, and no instruction set but the compiler's.
  Workspace& workspace() { return workspace_; }
  int threads() const { return 1; }
  std::string_view isa() const { return "reference"; }

 private:
  Workspace workspace_;
};

template <class S>
class Kernels<Reference<S>> : public reference::RowKernels<S, reference::Storage<S>> {
 public:
  explicit Kernels(Context<Reference<S>>&) {}
};

}  // namespace encore
