// SPDX-License-Identifier: Apache-2.0
// What the compiler says where a map functor calls std::exp of a dual number: one sentence instead of every overload there
// is. A qualified call finds nothing but namespace std, so it is said there; none of these is ever called.
#pragma once

#include <encore/config.hpp>

namespace encore {

template <class S>
struct Dual;

namespace detail {
template <class S>
inline constexpr bool known_to_std = false;
}  // namespace detail

}  // namespace encore

#define ENCORE_STD_FUNCTION(NAME)                                                                     \
  template <class S>                                                                                  \
  ENCORE_HD encore::Dual<S> NAME(encore::Dual<S> x) {                                                 \
    static_assert(encore::detail::known_to_std<S>,                                                    \
                  "encore: a map functor calls encore::" #NAME ", not std::" #NAME                    \
                  ": gradients are taken with "                                                       \
                  "dual numbers, which the standard library does not know (encore/core/scalar.hpp)"); \
    return x;                                                                                         \
  }
namespace std {
ENCORE_STD_FUNCTION(exp)
ENCORE_STD_FUNCTION(log1p)
ENCORE_STD_FUNCTION(tanh)
ENCORE_STD_FUNCTION(erf)
ENCORE_STD_FUNCTION(sqrt)
ENCORE_STD_FUNCTION(abs)
ENCORE_STD_FUNCTION(fabs)
ENCORE_STD_FUNCTION(log)
ENCORE_STD_FUNCTION(sin)
ENCORE_STD_FUNCTION(cos)
}  // namespace std
#undef ENCORE_STD_FUNCTION
