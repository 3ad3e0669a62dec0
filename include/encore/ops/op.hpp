// SPDX-License-Identifier: Apache-2.0
// What an op is. An op is a small trivially copyable struct: its members are its attributes, and it has, for every
// backend B,
//
//   Extent output(env, in)                     shape check and result; throws ShapeError naming the op and the shapes
//   Extent saved(env, in)                      optional: what backward needs beyond inputs and output
//   std::size_t scratch(env, in)               optional: bytes needed while forward runs
//   void forward(env, in, y, saved, scratch)   saved has null data where nothing is recorded
//   void backward(env, in, y, saved, dy, dx)   entries of dx with null data are not wanted
//   double flops(env, in)                      multiplications and additions of forward, as of separate ops
//   static constexpr const char* name
//   static constexpr bool elementwise          optional: an output depends on the operands' same element only
//   static constexpr Element element           optional: of the output; what is saved is Element::statistic
//
// One rule for gradients everywhere: gradients of parameters add, gradients of activations are assigned (the executor
// sums where a value was used twice).
#pragma once

#include <encore/backend/backend.hpp>
#include <encore/backend/parameters.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace encore {

// Rows and columns of a value.
struct Extent {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  friend bool operator==(const Extent&, const Extent&) = default;
};

inline std::string to_string(const Extent& e) {
  std::string text = "[";  // appended to: g++ 12 warns of "[" + to_string (its bug 105651)
  return text.append(std::to_string(e.rows)).append(", ").append(std::to_string(e.cols)).append("]");
}

// What an op sees besides its operands.
template <class B>
struct OpEnvironment {
  const Kernels<B>& kernels;
  const ParameterLayout& layout;
  const Segments& segments;
  const Parameters<B>* parameters = nullptr;  // null when nothing is computed (Count)
  Parameters<B>* gradients = nullptr;         // null where no gradient is wanted (Infer, a frozen model)

  const auto& weights(ParameterId id) const { return (*parameters)[id]; }
  // Null for an absent parameter.
  auto* optional(ParameterId id) const { return id ? &(*parameters)[id] : nullptr; }
  // Null for a constant too, which is never trained.
  auto* gradient(ParameterId id) const { return id && gradients && !layout[id].constant ? &(*gradients)[id] : nullptr; }
};

namespace op {

template <class B>
using Env = OpEnvironment<B>;
template <class B>
using In = in_t<B>;
template <class B>
using Out = out_t<B>;

[[noreturn]] inline void shape_error(const char* op, const Extent& a, const Extent& b, const char* rule) {
  throw ShapeError(std::string(op) + ": " + to_string(a) + " and " + to_string(b) + ": " + rule);
}

}  // namespace op
}  // namespace encore
