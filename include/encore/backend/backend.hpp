// SPDX-License-Identifier: Apache-2.0
// What a backend is: a tag B with a specialisation of backend_traits<B>, Context<B> and Kernels<B>. Ops call kernels;
// an op whose kernel a backend lacks is refused at compile time, in one sentence.
#pragma once

#include <encore/core/detected.hpp>
#include <encore/core/layout.hpp>
#include <encore/core/segments.hpp>
#include <encore/core/tensor.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>

namespace encore {

// For a backend tag B:
//   using Scalar             element type of numbers on the host side: what goes in and what comes out
//   using Storage            one parameter's numbers (backend/parameters.hpp)
//   static constexpr std::string_view name
// and, where activations are no Scalars in the host's memory:
//   using In, Out            views of operands and results; default MatrixView<const Scalar>, MatrixView<Scalar>
template <class B>
struct backend_traits;

// A backend's number on the host.
template <class B>
using scalar_t = typename backend_traits<B>::Scalar;

namespace detail {
template <class Traits>
using in_member = typename Traits::In;
template <class Traits>
using out_member = typename Traits::Out;
}  // namespace detail

// A backend's views of operands and of results.
template <class B>
using in_t = detected_or_t<MatrixView<const scalar_t<B>>, detail::in_member, backend_traits<B>>;
template <class B>
using out_t = detected_or_t<MatrixView<scalar_t<B>>, detail::out_member, backend_traits<B>>;

// What a value's elements are: activations come in the format of the context's precision, statistics (log sums, means,
// losses) in the accumulation type.
enum class Element : std::uint8_t { activation, statistic };

// Threads, workspace and options of one caller. One thread uses a Context at a time; models are shared, contexts are
// not.
template <class B>
class Context;

// The kernels of a backend, bound to a context: member functions over views. `Kernels<Reference<S>>` lists those that
// ops call. A backend that has `fused_scratch`, `fuses_columns`, `linear_map` and `linear_gate` too is handed deferred
// products (Kernels<Cpu>).
template <class B>
class Kernels;

// A tag with traits.
template <class B>
concept BackendTag = requires {
  typename backend_traits<B>::Scalar;
  typename backend_traits<B>::Storage;
  { backend_traits<B>::name } -> std::convertible_to<std::string_view>;
};

// Indices of rows, where the backend can read them; executors make them.
struct Indices {
  const std::int32_t* data = nullptr;
  std::int64_t size = 0;
  const std::int32_t* host = nullptr;  // the same numbers where the host can read them, if `data` is elsewhere
};

}  // namespace encore
