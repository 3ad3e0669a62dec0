// SPDX-License-Identifier: Apache-2.0
// Random orthogonal matrices. Their body is Eigen's QR decomposition: compiled in encore::kernels, so that its users
// need no Eigen; header-only, what includes this links encore::eigen.
#pragma once

#include <encore/config.hpp>
#include <encore/core/philox.hpp>

#include <cstdint>
#include <vector>

namespace encore {

// A matrix [rows, cols], row by row, of orthonormal rows, or of orthonormal columns where there are more rows than
// columns; uniform among all such matrices, and a function of its size and the stream. Throws ArgumentError for a
// negative extent.
//
// The Q of the QR decomposition of normal numbers (element (r, c) of which is the stream's number r * cols + c, or of its
// transpose) for which R has a positive diagonal: it is what Gram and Schmidt make of the numbers. Mezzadri 2007, "How to
// generate random matrices from the classical compact groups".
std::vector<double> random_orthogonal(std::int64_t rows, std::int64_t cols, const RandomStream& stream);

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/core/impl/orthogonal.hpp>
#endif
