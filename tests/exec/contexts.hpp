// SPDX-License-Identifier: Apache-2.0
// What the executor tests share: every instruction set of the machine, random stores, runs that return rows.
#pragma once

#include "expected_number.hpp"
#include "instruction_sets.hpp"
#include "lvalue.hpp"

#include <encore/backend/cpu.hpp>
#include <encore/testing/properties.hpp>

#include <string>
#include <vector>

namespace exec_test {

using namespace encore;
using encore::testing::different_bits;
using encore::testing::random_parameters;
using instruction_sets::all_tables;

inline Context<Cpu> cpu_context(const cpu::KernelTable& table, int threads = 1) {
  return Context<Cpu>(CpuOptions{.threads = threads, .kernels = &table});
}

// Normal numbers as a matrix of any scalar; the same numbers, rounded to float first, whatever the scalar.
template <class S>
Tensor<S> normal(std::int64_t rows, std::int64_t cols, std::uint64_t seed, double deviation = 1) {
  Tensor<S> x(Shape{rows, cols});
  for (std::size_t i = 0; i < x.values().size(); ++i)
    x.values()[i] = S(float(deviation * RandomStream{seed, 9}.normal(i)));
  return x;
}

template <class S>
Tensor<S> rows_of(MatrixView<const S> rows) {
  Tensor<S> result(Shape{rows.rows, rows.cols});
  for (std::int64_t r = 0; r < rows.rows; ++r) std::copy_n(rows.row(r), rows.cols, result.matrix().row(r));
  return result;
}

// f(ex) -> Value, in Infer.
template <class B, class F>
Tensor<scalar_t<B>> in_infer(Context<B>& context, const Parameters<B>& parameters, const Segments& segments,
                             const F& f) {
  Tensor<scalar_t<B>> result;
  infer(context, parameters, segments, {}, [&](auto& ex) {
    const auto y = f(ex);
    const auto rows = ex.view(y);
    if constexpr (std::remove_reference_t<decltype(ex)>::computing) result = rows_of(rows);
  });
  return result;
}
template <class B, class F>
Tensor<scalar_t<B>> in_record(Context<B>& context, const Parameters<B>& parameters, const Segments& segments,
                              const F& f) {
  Record<B> ex(context, parameters, segments, nullptr);
  const auto y = f(ex);
  return rows_of(ex.view(y));
}

// The largest difference relative to the largest number that is expected; infinity where a number of `got` is none.
template <class S, class T>
double relative_error(const Tensor<S>& got, const Tensor<T>& expected) {
  if (got.shape() != expected.shape()) return std::numeric_limits<double>::infinity();
  double error = 0, scale = 0;
  for (std::size_t i = 0; i < expected.values().size(); ++i) {
    const double wanted = expected_number(double(expected.values()[i]));
    if (!std::isfinite(double(got.values()[i]))) error = std::numeric_limits<double>::infinity();
    error = std::fmax(error, std::fabs(double(got.values()[i]) - wanted));
    scale = std::fmax(scale, std::fabs(wanted));
  }
  return scale > 0 ? error / scale : error;
}

}  // namespace exec_test
