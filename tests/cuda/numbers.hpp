// SPDX-License-Identifier: Apache-2.0
// What the CUDA tests share: contexts on the emulator, inputs that bfloat16 holds exactly, errors by norms.
#pragma once

#include "cuda/emulator.hpp"
#include "exec/contexts.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>

namespace cuda_test {

using namespace exec_test;

// Results by name.
using Numbers = std::map<std::string, Tensor<double>>;

// The tests run on the emulator, or, with ENCORE_TEST_GPU=1, on the GPU (scripts/gpu_check).
inline bool on_gpu() {
  const char* wanted = std::getenv("ENCORE_TEST_GPU");
  return wanted && *wanted == '1';
}
// reversed: blocks and threads in the opposite order, where that can be chosen.
inline Context<Cuda> cuda_context(Precision precision, bool reversed = false) {
  if (on_gpu()) return Context<Cuda>({.precision = precision});
  return Context<Cuda>({.precision = precision, .machine = std::make_shared<Emulator>(reversed)});
}

// Normal numbers of eight bits: the same for every backend and format.
template <class S>
Tensor<S> short_normal(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  Tensor<S> x = normal<S>(rows, cols, seed);
  for (S& value : x.values()) value = S(to_float(rounded<Bf16>(float(value))));
  return x;
}

template <class S>
Tensor<double> to_double(MatrixView<const S> x) {
  Tensor<double> y(Shape{x.rows, x.cols});
  for (std::int64_t r = 0; r < x.rows; ++r)
    for (std::int64_t c = 0; c < x.cols; ++c) y.matrix()(r, c) = double(x(r, c));
  return y;
}

// |a - b| / |b|, or |a| where b is zero; infinity for a NaN.
inline double norm_error(const Tensor<double>& a, const Tensor<double>& b) {
  if (a.shape() != b.shape()) return std::numeric_limits<double>::infinity();
  double difference = 0, scale = 0;
  for (std::size_t i = 0; i < b.values().size(); ++i) {
    if (std::isnan(a.values()[i])) return std::numeric_limits<double>::infinity();
    difference += (a.values()[i] - b.values()[i]) * (a.values()[i] - b.values()[i]);
    scale += b.values()[i] * b.values()[i];
  }
  return scale > 0 ? std::sqrt(difference / scale) : std::sqrt(difference);
}

}  // namespace cuda_test
