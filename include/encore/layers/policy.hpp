// SPDX-License-Identifier: Apache-2.0
// How policies receive their numbers, and how they are made.
#pragma once

#include <encore/core/detected.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace encore {

// Options of a policy that has none.
struct NoOptions {};

namespace detail {
template <class P>
using options_member = typename P::Options;
}  // namespace detail

// A policy's run-time numbers: its nested struct Options, or nothing.
template <class P>
using options_t = detected_or_t<NoOptions, detail::options_member, P>;

namespace detail {
// False: the condition of a static_assert in a branch that must not be taken.
template <class P>
inline constexpr bool refused = false;

// How many of the arguments, from the first on, P is constructed from: as many as it takes; 0: it takes none.
template <class P, class... Args>
struct ConstructorArguments {
  template <std::size_t... i>
  static constexpr bool taken(std::index_sequence<i...>) {
    return std::is_constructible_v<P, const std::tuple_element_t<i, std::tuple<Args...>>&...>;
  }
  template <std::size_t n>
  static constexpr std::size_t count_from() {
    if constexpr (n == 0)
      return 0;
    else if constexpr (taken(std::make_index_sequence<n>()))
      return n;
    else
      return count_from<n - 1>();
  }
  static constexpr std::size_t count = count_from<sizeof...(Args)>();

  // Whether P's Options are among those taken, or it has none.
  template <std::size_t... i>
  static constexpr bool options_taken(std::index_sequence<i...>) {
    return std::is_same_v<options_t<P>, NoOptions> ||
           (std::is_same_v<options_t<P>, std::tuple_element_t<i, std::tuple<Args...>>> || ...);
  }
  static constexpr bool takes_options = options_taken(std::make_index_sequence<count>());
};
}  // namespace detail

// A policy made of the arguments; those its constructor does not take are left out from the last one on. What comes in
// which order each kind of policy says (docs/policies.md).
template <class P, class... Args>
P construct(const Args&... args) {
  using Arguments = detail::ConstructorArguments<P, Args...>;
  if constexpr (Arguments::count == 0)
    static_assert(detail::refused<P>,
                  "encore: a policy's constructor takes what its kind is made of, in this order: (Builder, const "
                  "ModelShape& or a norm's std::int64_t width, const Options&, ..); only what stands last may be left "
                  "out (docs/policies.md)");
  else if constexpr (!Arguments::takes_options)
    static_assert(detail::refused<P>,
                  "encore: this policy has Options and no constructor that takes them (docs/policies.md)");
  else
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return P(std::get<i>(std::forward_as_tuple(args...))...);
    }(std::make_index_sequence<Arguments::count>());
}

}  // namespace encore
