// SPDX-License-Identifier: Apache-2.0
// Elementwise kernels in plain loops; derivatives by dual numbers, one pass per input.
#pragma once

#include <encore/backend/functions.hpp>
#include <encore/core/philox.hpp>
#include <encore/core/scalar.hpp>
#include <encore/core/segments.hpp>
#include <encore/core/tensor.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace encore::reference {

// y = f(in_0, in_1, ...) element by element.
template <class F, class S, std::size_t n>
void map(const F& f, const std::array<MatrixView<const S>, n>& in, MatrixView<S> y) {
  for (std::int64_t r = 0; r < y.rows; ++r)
    for (std::int64_t c = 0; c < y.cols; ++c)
      y(r, c) = [&]<std::size_t... i>(std::index_sequence<i...>) {
        return f(in[i](r, c)...);
      }(std::make_index_sequence<n>{});
}

// dx_k = dy * df/dx_k, assigned; entries of dx with null data are skipped.
template <class F, class S, std::size_t n>
void map_backward(const F& f, const std::array<MatrixView<const S>, n>& in, MatrixView<const S> dy,
                  const std::array<MatrixView<S>, n>& dx) {
  for (std::size_t k = 0; k < n; ++k) {
    if (!dx[k].data) continue;
    for (std::int64_t r = 0; r < dy.rows; ++r) {
      for (std::int64_t c = 0; c < dy.cols; ++c) {
        const Dual<S> value = [&]<std::size_t... i>(std::index_sequence<i...>) {
          return f(Dual<S>(in[i](r, c), S(i == k))...);
        }(std::make_index_sequence<n>{});
        dx[k](r, c) = dy(r, c) * value.d;
      }
    }
  }
}

// y = x / (1 - p) where the stream's number at (r, c) is >= p, else 0. Its own adjoint.
template <class S>
void dropout(MatrixView<const S> x, float p, RandomStream stream, MatrixView<S> y) {
  const S scale = S(1) / (S(1) - S(p));
  for (std::int64_t r = 0; r < x.rows; ++r)
    for (std::int64_t c = 0; c < x.cols; ++c)
      y(r, c) = stream.uniform(std::uint64_t(r * x.cols + c)) >= p ? x(r, c) * scale : S(0);
}

// The rows of sequence s: x / (1 - p) where the stream's number at s is >= p, else 0. Its own adjoint.
template <class S>
void drop_sequences(const Segments& segments, MatrixView<const S> x, float p, RandomStream stream, MatrixView<S> y) {
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    const S factor = stream.uniform(std::uint64_t(s)) >= p ? S(1) / (S(1) - S(p)) : S(0);
    for (std::int64_t n = segments.begin(s); n < segments.end(s); ++n)
      for (std::int64_t c = 0; c < x.cols; ++c) y(n, c) = factor * x(n, c);
  }
}

}  // namespace encore::reference
