// SPDX-License-Identifier: Apache-2.0
// Eigen and encore over the same memory, both ways: as_eigen() makes an Eigen::Map of what the library holds, as_view() a
// MatrixView of an Eigen matrix. Nothing is copied and nothing is owned: a map and a view are good for as long as what
// they were made of lives, and is neither assigned nor moved. Link encore::eigen.
#pragma once

#include <encore/backend/parameters.hpp>

#include <Eigen/Core>

#include <concepts>
#include <span>
#include <type_traits>
#include <utility>

namespace encore {

// Eigen's matrix that lies in memory as a Tensor does.
template <class T>
using EigenMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Rows inside a larger buffer; of const T they can only be read.
template <class T>
using EigenMap = Eigen::Map<std::conditional_t<std::is_const_v<T>, const EigenMatrix<std::remove_const_t<T>>,
                                               EigenMatrix<std::remove_const_t<T>>>,
                            Eigen::Unaligned, Eigen::OuterStride<>>;

// Numbers one after the other, as a column [n].
template <class T>
using EigenVectorMap = Eigen::Map<std::conditional_t<std::is_const_v<T>, const Eigen::VectorX<std::remove_const_t<T>>,
                                                     Eigen::VectorX<std::remove_const_t<T>>>>;

// ---- numbers of the library, for Eigen

// [rows, cols]: what an executor shows (view, gradient), a tap, columns of a tensor.
template <class T>
EigenMap<T> as_eigen(MatrixView<T> rows) {
  return {rows.data, rows.rows, rows.cols, Eigen::OuterStride<>(rows.stride)};
}

// [rows(), cols()]: what a model returns. Not of a tensor that dies with the statement.
template <class T>
EigenMap<T> as_eigen(Tensor<T>& tensor) {
  return as_eigen(tensor.matrix());
}
template <class T>
EigenMap<const T> as_eigen(const Tensor<T>& tensor) {
  return as_eigen(tensor.matrix());
}
template <class T>
EigenMap<const T> as_eigen(const Tensor<T>&&) = delete;

// [n]: a row of a tensor, one vector of many.
template <class T>
EigenVectorMap<T> as_eigen(std::span<T> numbers) {
  return {numbers.data(), Eigen::Index(numbers.size())};
}

namespace detail {

// The plain rows of a parameter, where the backend keeps them in the host's memory.
template <class B, class Store>
auto rows_of_parameter(Store& store, ParameterId id) {
  static_assert(std::same_as<in_t<B>, MatrixView<const scalar_t<B>>>,
                "encore: this backend keeps parameters in a memory of its own; Parameters::values copies them");
  const ParameterSpec& spec = store.layout()[id];
  auto* rows = store[id].rows();
  if (!rows && spec.shape.elements() != 0)
    throw UnsupportedError("eigen: parameter '" + spec.name() + "' " + to_string(spec.shape) +
                           " of this inference store is packed for products and has no rows; "
                           "Parameters::values unpacks a copy, StoreKind::training keeps both");
  return MatrixView<std::remove_pointer_t<decltype(rows)>>{rows, spec.rows(), spec.cols(), spec.cols()};
}

}  // namespace detail

// A parameter or its gradient, to read: [rows, cols] as the layout says, [n, 1] for a vector. The sections of a fused
// one are rows of it, in order. Throws UnsupportedError for a weight that an inference store keeps packed alone,
// ArgumentError for an id of another layout.
template <class B>
EigenMap<const scalar_t<B>> as_eigen(const Parameters<B>& parameters, ParameterId id) {
  return as_eigen(detail::rows_of_parameter<B>(parameters, id));
}
template <class B>
EigenMap<const scalar_t<B>> as_eigen(const Parameters<B>&&, ParameterId) = delete;

// A gradient, to change in place (clipping, whitening). Throws ArgumentError for a store of weights: those are packed
// anew when they change, which fill_as_eigen() sees to.
template <class B>
EigenMap<scalar_t<B>> gradient_as_eigen(Parameters<B>& gradients, ParameterId id) {
  if (gradients.kind() != StoreKind::gradients)
    throw ArgumentError("eigen: '" + gradients.layout()[id].name() +
                        "' of a store of weights was asked for as a gradient; fill_as_eigen changes weights");
  return as_eigen(detail::rows_of_parameter<B>(gradients, id));
}

// Parameters::fill with a map: calls write(map) with the parameter's rows [rows, cols], as they were in a training
// store, zero where an inference store has only packed ones. The map is good inside `write`. Any backend's.
template <class B, class Write>
void fill_as_eigen(Context<B>& context, Parameters<B>& parameters, ParameterId id, Write&& write) {
  const ParameterSpec& spec = parameters.layout()[id];
  parameters.fill(context, id, [&](std::span<scalar_t<B>> rows) {
    std::forward<Write>(write)(as_eigen(MatrixView<scalar_t<B>>{rows.data(), spec.rows(), spec.cols(), spec.cols()}));
  });
}

// ---- matrices of Eigen, for the library

namespace detail {

template <class Matrix>
inline constexpr bool viewable = false;  // the condition of the static_asserts below
template <class Plain>
std::true_type owns_numbers(const Eigen::PlainObjectBase<Plain>*);
template <class Plain, int options, class Stride>
std::true_type owns_numbers(const Eigen::Ref<Plain, options, Stride>*);  // of const it may hold a copy
std::false_type owns_numbers(const void*);

}  // namespace detail

// A matrix, map, block or transpose that lies in memory by rows, as a MatrixView [rows, cols] of const or mutable
// elements as the argument's are; a column needs no order. Refused at compile time: columns one after the other,
// expressions that are not computed yet, and matrices that die with the statement. Throws ShapeError where elements of a
// row do not stand next to each other, or rows overlap.
template <class Matrix>
auto as_view(Matrix&& matrix) {
  using Type = std::remove_cvref_t<Matrix>;
  if constexpr ((int(Type::Flags) & int(Eigen::DirectAccessBit)) == 0) {
    static_assert(detail::viewable<Type>, "encore: an expression of Eigen has no memory to view; eval() it first");
  } else if constexpr (!Type::IsRowMajor && Type::ColsAtCompileTime != 1) {
    static_assert(detail::viewable<Type>, "encore: a MatrixView is of rows; the matrix must be Eigen::RowMajor");
  } else if constexpr (!std::is_lvalue_reference_v<Matrix> &&
                       decltype(detail::owns_numbers(static_cast<const Type*>(nullptr)))::value) {
    static_assert(detail::viewable<Type>, "encore: the matrix dies with this statement, and its view with it");
  } else {
    const Eigen::Index rows = matrix.rows(), cols = matrix.cols(), stride = matrix.rowStride();
    if ((cols > 1 && rows > 0 && matrix.colStride() != 1) || (rows > 1 && stride < cols))
      throw ShapeError("eigen: of a matrix " + to_string(Shape{rows, cols}) + " rows are " + std::to_string(stride) +
                       " elements apart and columns " + std::to_string(matrix.colStride()) +
                       "; a MatrixView has whole rows, of elements next to each other");
    auto* data = matrix.data();
    return MatrixView<std::remove_pointer_t<decltype(data)>>{data, rows, cols, rows > 1 ? stride : cols};
  }
}

}  // namespace encore
