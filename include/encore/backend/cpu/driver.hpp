// SPDX-License-Identifier: Apache-2.0
// The CPU backend's kernels as ops see them: cuts work into chunks, hands them to the context's threads and calls the
// kernel table. Products, attention and mixers are in files of their own; here is what goes row by row.
#pragma once

#include <encore/backend/cpu/mixers.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace encore {

template <>
class Kernels<Cpu> : public cpu::Mixers {
 public:
  using cpu::Mixers::Mixers;

  void norm(NormKind kind, In x, In residual, const cpu::Storage* gain, const cpu::Storage* bias, double eps, Out y,
            Out statistics) const {
    for_rows(x.rows, x.cols, [&](std::int64_t row, std::int64_t rows) {
      cpu::NormTask task{.x = x.row(row),
                         .ldx = x.stride,
                         .y = y.row(row),
                         .ldy = y.stride,
                         .rows = rows,
                         .cols = x.cols,
                         .gain = gain ? gain->rows() : nullptr,
                         .bias = bias ? bias->rows() : nullptr,
                         .eps = float(eps)};
      if (residual.data) {
        task.residual = residual.row(row);
        task.ldresidual = residual.stride;
      }
      alignas(64) float mean[row_chunk];
      alignas(64) float inverse[row_chunk];
      if (statistics.data) {
        task.mean = mean;
        task.inv_scale = inverse;
      }
      if (kind == NormKind::layer)
        table_.layer_norm(task);
      else
        (kind == NormKind::rms ? table_.rms_norm : table_.affine_norm)(task);
      for (std::int64_t r = 0; statistics.data && r < rows; ++r) {
        statistics(row + r, 0) = kind == NormKind::layer ? mean[r] : 0.0f;
        statistics(row + r, 1) = inverse[r];
      }
    });
  }

  template <class F, std::size_t n>
  void map(const F& f, const std::array<In, n>& in, Out y) const {
    using Tile = cpu::MapTile<F, n>;
    const auto tile = cpu::tile_function<Tile>(table_.isa);
    for_rows(y.rows, y.cols, [&](std::int64_t row, std::int64_t rows) {
      for (std::int64_t r = row; r < row + rows; ++r) {
        std::array<const float*, n> operands;
        for (std::size_t i = 0; i < n; ++i) operands[i] = in[i].row(r);
        Tile::row(tile, f, operands, y.row(r), y.cols);
      }
    });
  }
  void activate(Activation activation, In x, Out y) const { elementwise(table_.activate, activation, x, {}, y); }
  void gate(Activation activation, In u, In g, Out y) const { elementwise(table_.gate, activation, u, g, y); }
  void add(In x, In y, Out z) const { elementwise(table_.add, Activation::identity, x, y, z); }
  void embed(std::span<const LookupTerm<float>> terms, Out y) const {
    for_rows(y.rows, y.cols, [&](std::int64_t row, std::int64_t rows) {
      std::array<const float*, 8> sources;
      for (std::int64_t n = row; n < row + rows; ++n) {
        for (std::size_t t = 0; t < terms.size(); ++t)
          sources[t] = terms[t].table + (terms[t].indices.data[n] + terms[t].offset) * y.cols;
        table_.sum_rows(sources.data(), std::int64_t(terms.size()), y.row(n), y.cols);
      }
    });
  }
  void pool(Pooling pooling, const Segments& segments, Indices firsts, In x, Out y) const {
    parallel_.for_each(segments.count(), [&](std::int64_t s, int) {
      const std::int64_t first = firsts.data ? firsts.data[s] - segments.begin(s) : 0, length = segments.length(s);
      const float* rows = x.row(segments.begin(s) + (pooling == Pooling::last ? length - 1 : first));
      if (picks_row(pooling))
        std::copy_n(rows, x.cols, y.row(s));
      else if (pooling == Pooling::max)
        table_.max_pool(rows, x.stride, length - first, x.cols, y.row(s));
      else
        table_.mean_pool(rows, x.stride, length - first, x.cols, float(pooling_weight(pooling, first)),
                         float(pooling_weight(pooling, 1) - pooling_weight(pooling, 0)),
                         float(pooling_divisor(pooling, first, length)), y.row(s));
    });
  }
  void l2_normalise(In x, double eps, Out y) const {
    for (std::int64_t n = 0; n < x.rows; ++n) table_.l2_normalise(x.row(n), y.row(n), x.cols, float(eps));
  }

 private:
  void elementwise(void (*kernel)(const cpu::MapTask&), Activation activation, In x, In g, Out y) const {
    for_rows(y.rows, y.cols, [&](std::int64_t row, std::int64_t rows) {
      kernel({.x = x.row(row),
              .ldx = x.stride,
              .g = g.data ? g.row(row) : nullptr,
              .ldg = g.stride,
              .y = y.row(row),
              .ldy = y.stride,
              .rows = rows,
              .cols = y.cols,
              .activation = activation});
    });
  }
};

}  // namespace encore
