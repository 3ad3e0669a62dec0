// SPDX-License-Identifier: Apache-2.0
// Layer normalisation (Ba, Kiros & Hinton 2016), root-mean-square normalisation (Zhang & Sennrich 2019) and none (Sun et
// al. 2020), row by row.
#pragma once

#include <encore/backend/operands.hpp>
#include <encore/core/tensor.hpp>

#include <cmath>

namespace encore::reference {

// y = g (z - mean) / sqrt(var + eps) + b, z = x (+ residual), statistics over the columns of a row, var biased.
// statistics [N, 2] or null data: mean and 1 / sqrt(var + eps), kept for backward.
template <class S>
void layer_norm(MatrixView<const S> x, MatrixView<const S> residual, const S* gain, const S* bias, S eps,
                MatrixView<S> y, MatrixView<S> statistics) {
  const S width = S(x.cols);
  for (std::int64_t n = 0; n < x.rows; ++n) {
    auto z = [&](std::int64_t c) { return residual.data ? residual(n, c) + x(n, c) : x(n, c); };
    S mean = 0;
    for (std::int64_t c = 0; c < x.cols; ++c) mean += z(c);
    mean /= width;
    S variance = 0;
    for (std::int64_t c = 0; c < x.cols; ++c) variance += (z(c) - mean) * (z(c) - mean);
    const S inverse = S(1) / std::sqrt(variance / width + eps);
    for (std::int64_t c = 0; c < x.cols; ++c) {
      const S normal = (z(c) - mean) * inverse;
      y(n, c) = (gain ? gain[c] * normal : normal) + (bias ? bias[c] : S(0));
    }
    if (statistics.data) {
      statistics(n, 0) = mean;
      statistics(n, 1) = inverse;
    }
  }
}

// y = g z / sqrt(mean z^2 + eps). statistics(n, 1) = 1 / sqrt(mean z^2 + eps).
template <class S>
void rms_norm(MatrixView<const S> x, MatrixView<const S> residual, const S* gain, S eps, MatrixView<S> y,
              MatrixView<S> statistics) {
  for (std::int64_t n = 0; n < x.rows; ++n) {
    auto z = [&](std::int64_t c) { return residual.data ? residual(n, c) + x(n, c) : x(n, c); };
    S square = 0;
    for (std::int64_t c = 0; c < x.cols; ++c) square += z(c) * z(c);
    const S inverse = S(1) / std::sqrt(square / S(x.cols) + eps);
    for (std::int64_t c = 0; c < x.cols; ++c) y(n, c) = z(c) * inverse * (gain ? gain[c] : S(1));
    if (statistics.data) {
      statistics(n, 0) = 0;
      statistics(n, 1) = inverse;
    }
  }
}

// y = g z + b. statistics(n, 1) = 1.
template <class S>
void affine_norm(MatrixView<const S> x, MatrixView<const S> residual, const S* gain, const S* bias, MatrixView<S> y,
                 MatrixView<S> statistics) {
  for (std::int64_t n = 0; n < x.rows; ++n) {
    for (std::int64_t c = 0; c < x.cols; ++c) {
      const S z = residual.data ? residual(n, c) + x(n, c) : x(n, c);
      y(n, c) = (gain ? gain[c] * z : z) + (bias ? bias[c] : S(0));
    }
    if (statistics.data) {
      statistics(n, 0) = 0;
      statistics(n, 1) = 1;
    }
  }
}

// With n = (z - mean) r and d = dy g:
//   dz = r (d - mean(d) - n mean(d n)),  dg += dy n,  db += dy,
// the mean of d for layer norm alone, that of d n for it and root mean square.
// dz is assigned, dgain and dbias add; each may be null. z = x (+ residual), as in forward.
template <class S>
void norm_backward(MatrixView<const S> x, MatrixView<const S> residual, const S* gain, NormKind kind,
                   MatrixView<const S> statistics, MatrixView<const S> dy, MatrixView<S> dz, S* dgain, S* dbias) {
  const S width = S(x.cols);
  for (std::int64_t n = 0; n < x.rows; ++n) {
    const S mean = statistics(n, 0);
    const S inverse = statistics(n, 1);
    auto normal = [&](std::int64_t c) {
      return ((residual.data ? residual(n, c) + x(n, c) : x(n, c)) - mean) * inverse;
    };
    auto d = [&](std::int64_t c) { return gain ? dy(n, c) * gain[c] : dy(n, c); };
    S mean_d = 0;
    S mean_dn = 0;
    for (std::int64_t c = 0; c < x.cols; ++c) {
      mean_d += d(c);
      mean_dn += d(c) * normal(c);
      if (dgain) dgain[c] += dy(n, c) * normal(c);
      if (dbias) dbias[c] += dy(n, c);
    }
    mean_d = kind == NormKind::layer ? mean_d / width : S(0);
    mean_dn = kind != NormKind::none ? mean_dn / width : S(0);
    if (dz.data)
      for (std::int64_t c = 0; c < x.cols; ++c) dz(n, c) = inverse * (d(c) - mean_d - normal(c) * mean_dn);
  }
}

}  // namespace encore::reference
