// SPDX-License-Identifier: Apache-2.0
// What an op is. An op is a small trivially copyable struct: its members are its attributes, and it has, for every
// backend B,
//
//   Extent output(env, in)                     checks shapes, parameters and indices, and says what comes out; throws
//                                              ShapeError, ArgumentError or InputError naming the op
//   Extent saved(env, in)                      optional: what backward needs beyond inputs and output
//   std::size_t scratch(env, in)               optional: bytes needed while forward runs
//   void forward(env, in, y, saved, scratch)   saved has null data where nothing is recorded
//   void backward(env, in, y, saved, dy, dx)   optional in an op of a user's own; entries of dx with null data are not
//                                              wanted; neither is called where y has no rows
//   double flops(env, in)                      optional there: multiplications and additions of forward, as of separate
//                                              ops
//   static constexpr const char* name
//   static constexpr bool elementwise          optional: an output depends on the operands' same element only
//   static constexpr Element element           optional: of the output; what is saved is Element::statistic
//
// One rule for gradients everywhere: gradients of parameters add, gradients of activations are assigned (the executor
// sums where a value was used twice).
#pragma once

#include <encore/backend/backend.hpp>
#include <encore/backend/parameters.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace encore {

// Rows and columns of a value.
struct Extent {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  friend bool operator==(const Extent&, const Extent&) = default;
};

// "[rows, cols]", for messages.
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

  // The numbers of a parameter, in the backend's storage.
  const auto& weights(ParameterId id) const { return (*parameters)[id]; }
  // Null for an absent parameter.
  auto* optional(ParameterId id) const { return id ? &(*parameters)[id] : nullptr; }
  // Null for a constant too, which is never trained.
  auto* gradient(ParameterId id) const { return id && gradients && !layout[id].constant ? &(*gradients)[id] : nullptr; }
};

namespace op {

// The environment and the views that an op's members take, by backend.
template <class B>
using Env = OpEnvironment<B>;
template <class B>
using In = in_t<B>;
template <class B>
using Out = out_t<B>;

// Throws ShapeError: "op: a and b: rule".
[[noreturn]] inline void shape_error(const char* op, const Extent& a, const Extent& b, const char* rule) {
  throw ShapeError(std::string(op) + ": " + to_string(a) + " and " + to_string(b) + ": " + rule);
}

// Whether Op has what executors call on a backend; backward and flops may be missing (docs/ops.md).
template <class Op, class B>
concept IsOp =
    std::is_trivially_copyable_v<Op> && requires(const Op& o, const Env<B>& env, std::span<const Extent> extents,
                                                 std::span<const In<B>> in, Out<B> y, std::byte* scratch) {
      std::string(Op::name);
      { o.template output<B>(env, extents) } -> std::same_as<Extent>;
      o.template forward<B>(env, in, y, y, scratch);
    };
// Whether it has them; concepts of their own, because nvcc 13 finds none where a template asks in its body.
template <class Op, class B>
concept HasBackward = requires(const Op& o, const Env<B>& env, std::span<const In<B>> in, Out<B> y, In<B> dy,
                               std::span<const Out<B>> dx) { o.template backward<B>(env, in, y, y, dy, dx); };
template <class Op, class B>
concept HasFlops = requires(const Op& o, const Env<B>& env, std::span<const Extent> extents) {
  { o.template flops<B>(env, extents) } -> std::convertible_to<double>;
};
// Says what is missing.
template <class Op, class B>
consteval void check_op() {
  constexpr bool copyable = std::is_trivially_copyable_v<Op>;
  static_assert(copyable, "encore: an op must be small and trivially copyable: executors keep a copy of it");
  if constexpr (copyable)
    static_assert(
        IsOp<Op, B>,
        "encore: an op has a name, Extent output<B>(env, extents) and void forward<B>(env, in, y, saved, scratch) "
        "for this backend; docs/ops.md has the signatures");
}

// ---- what an op may take for a parameter: each throws, naming op and parameter, where another kind was declared

// A table, a vector or a constant: plain rows.
inline const ParameterSpec& row_parameter(const char* op, const ParameterLayout& layout, ParameterId id) {
  const ParameterSpec& spec = layout[id];
  if (!spec.reads_rows)
    throw ArgumentError(std::string(op) + ": '" + spec.name() +
                        "' is a product's weight; rows are read of a table, a vector or a constant (Builder)");
  return spec;
}
// A weight.
inline const ParameterSpec& product_parameter(const char* op, const ParameterLayout& layout, ParameterId id) {
  const ParameterSpec& spec = layout[id];
  if (!spec.reads_product || spec.shape.rank() != 2)
    throw ArgumentError(std::string(op) + ": '" + spec.name() + "' " + to_string(spec.shape) +
                        " is no product's weight (Builder::weight)");
  return spec;
}
// A vector of that length, for rows of that extent.
inline const ParameterSpec& vector_parameter(const char* op, const ParameterLayout& layout, ParameterId id,
                                             const Extent& rows, std::int64_t size) {
  const ParameterSpec& spec = row_parameter(op, layout, id);
  if (spec.shape != Shape{size})
    throw ShapeError(std::string(op) + ": " + to_string(rows) + " and '" + spec.name() + "' " + to_string(spec.shape) +
                     ": " + to_string(Shape{size}) + " is needed");
  return spec;
}

// ---- indices, where the host can read them

// The copy in host memory where there is one, which a GPU's indices have.
inline const std::int32_t* host_values(const Indices& indices) { return indices.host ? indices.host : indices.data; }

// Throws InputError for an index that, `offset` added, is none of `rows` rows: of that table, or of an operand.
inline void check_indices(const char* op, const Indices& indices, std::int64_t offset, std::int64_t rows,
                          std::string_view table = {}) {
  if (indices.size == 0) return;
  const std::int32_t* values = host_values(indices);
  std::int32_t least = values[0], greatest = values[0];
  for (std::int64_t n = 1; n < indices.size; ++n) {
    least = std::min(least, values[n]);
    greatest = std::max(greatest, values[n]);
  }
  if (least + offset >= 0 && greatest + offset < rows) return;
  const std::int32_t wrong = least + offset < 0 ? least : greatest;
  const std::int64_t row = std::find(values, values + indices.size, wrong) - values;
  throw InputError(std::string(op) + ": index " + std::to_string(wrong) + " of row " + std::to_string(row) +
                   " is none of the " + std::to_string(rows) + " rows" +
                   (offset ? " from " + std::to_string(offset) + " on" : "") +
                   (table.empty() ? "" : " of '" + std::string(table) + "'"));
}

}  // namespace op
}  // namespace encore
