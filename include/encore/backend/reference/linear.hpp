// SPDX-License-Identifier: Apache-2.0
// Products with a weight matrix in plain loops. The oracle: never fast.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/core/tensor.hpp>

namespace encore::reference {

// y = activation(x W^T + b) (+ residual). x [N, K], W [M, K] rows, b [M] or null, residual [N, M] or null data, y [N,
// M]. One accumulation per output, k ascending.
template <class S>
void linear(MatrixView<const S> x, const S* weight, const S* bias, Activation activation, MatrixView<const S> residual,
            MatrixView<S> y) {
  for (std::int64_t n = 0; n < y.rows; ++n) {
    for (std::int64_t m = 0; m < y.cols; ++m) {
      S sum = 0;
      for (std::int64_t k = 0; k < x.cols; ++k) sum += x(n, k) * weight[m * x.cols + k];
      if (bias) sum += bias[m];
      if (activation != Activation::identity) sum = activate(activation, sum);
      y(n, m) = residual.data ? residual(n, m) + sum : sum;
    }
  }
}

// dx = dy W, assigned, or added where `add`; dx.data may be null. dW += dy^T x, db += column sums of dy (each may be
// null).
template <class S>
void linear_backward(MatrixView<const S> x, const S* weight, MatrixView<const S> dy, MatrixView<S> dx, S* dweight,
                     S* dbias, bool add = false) {
  const std::int64_t inputs = x.cols;
  for (std::int64_t n = 0; n < dy.rows; ++n) {
    if (dx.data && !add)
      for (std::int64_t k = 0; k < inputs; ++k) dx(n, k) = 0;
    for (std::int64_t m = 0; m < dy.cols; ++m) {
      if (dx.data)
        for (std::int64_t k = 0; k < inputs; ++k) dx(n, k) += dy(n, m) * weight[m * inputs + k];
      if (dweight)
        for (std::int64_t k = 0; k < inputs; ++k) dweight[m * inputs + k] += dy(n, m) * x(n, k);
      if (dbias) dbias[m] += dy(n, m);
    }
  }
}

}  // namespace encore::reference
