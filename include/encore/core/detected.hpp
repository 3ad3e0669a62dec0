// SPDX-License-Identifier: Apache-2.0
// A member type that a class may have, or a default (detected_or of the Library Fundamentals TS, v2, which clang's library
// lacks).
#pragma once

#include <encore/config.hpp>

namespace encore {

namespace detail {
template <class Default, template <class> class Member, class T>
struct detected_or {
  using type = Default;
};
template <class Default, template <class> class Member, class T>
  requires requires { typename Member<T>; }
struct detected_or<Default, Member, T> {
  using type = Member<T>;
};
}  // namespace detail

// Member<T>, an alias like `typename T::Options`, where that is a type, else Default.
template <class Default, template <class> class Member, class T>
using detected_or_t = typename detail::detected_or<Default, Member, T>::type;

}  // namespace encore
