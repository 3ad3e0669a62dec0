// SPDX-License-Identifier: Apache-2.0
// The body of core/orthogonal.hpp.
#pragma once

#include <encore/core/error.hpp>
#include <encore/core/orthogonal.hpp>

#include <Eigen/Core>
#include <Eigen/Householder>
#include <Eigen/QR>

#include <algorithm>
#include <string>

namespace encore {

ENCORE_INLINE std::vector<double> random_orthogonal(std::int64_t rows, std::int64_t cols, const RandomStream& stream) {
  if (rows < 0 || cols < 0)
    throw ArgumentError("orthogonal matrix: [" + std::to_string(rows) + ", " + std::to_string(cols) + "] has no size");
  std::vector<double> result(std::size_t(rows * cols));
  if (result.empty()) return result;
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = stream.normal(i);

  // Columns are what is made orthonormal, as many as the shorter side has.
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::Map<RowMajor> numbers(result.data(), rows, cols);
  const bool wide = rows < cols;
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(wide ? Eigen::MatrixXd(numbers.transpose())
                                                      : Eigen::MatrixXd(numbers));
  const Eigen::Index length = std::max(rows, cols), count = std::min(rows, cols);
  Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(length, count);
  for (Eigen::Index c = 0; c < count; ++c)
    if (qr.matrixQR()(c, c) < 0) q.col(c) = -q.col(c);
  if (wide)
    numbers = q.transpose();
  else
    numbers = q;
  return result;
}

}  // namespace encore
