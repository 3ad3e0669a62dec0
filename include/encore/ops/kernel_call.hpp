// SPDX-License-Identifier: Apache-2.0
// How an op calls the kernel of its name, and what the compiler says where a backend has none.
#pragma once

#include <encore/config.hpp>

namespace encore::op::detail {

// Ambiguous in a class derived from both where K has a member of that name, of whatever kind.
template <class K, class Name>
struct Both : K, Name {};
template <class K>
inline constexpr bool refused = false;

}  // namespace encore::op::detail

// Defines NAME_kernel(kernels, operands..), a call of the backend's kernel. One sentence tells a kernel that is missing
// from one that does not take what the op hands it. (A concept asks, because nvcc 13 finds no kernel where the function
// asks in its body.)
#define ENCORE_KERNEL(NAME)                                                                                            \
  namespace detail {                                                                                                   \
  struct NAME##_member {                                                                                               \
    int NAME;                                                                                                          \
  };                                                                                                                   \
  template <class Kernels, class... Operands>                                                                          \
  concept takes_##NAME = requires(const Kernels& kernels, const Operands&... operands) { kernels.NAME(operands...); }; \
  }                                                                                                                    \
  template <class Kernels, class... Operands>                                                                          \
  void NAME##_kernel(const Kernels& kernels, const Operands&... operands) {                                            \
    if constexpr (detail::takes_##NAME<Kernels, Operands...>)                                                          \
      kernels.NAME(operands...);                                                                                       \
    else if constexpr (requires { &detail::Both<Kernels, detail::NAME##_member>::NAME; })                              \
      static_assert(detail::refused<Kernels>,                                                                          \
                    "encore: this backend has no kernel for op '" #NAME "' (docs/backends.md)");                       \
    else                                                                                                               \
      static_assert(detail::refused<Kernels>, "encore: this backend's kernel for op '" #NAME                           \
                                              "' does not take these operands (docs/backends.md)");                    \
  }
