// SPDX-License-Identifier: Apache-2.0
// Products on the CPU, alone or with what is done to their columns.
#pragma once

#include <encore/backend/cpu/map_tile.hpp>
#include <encore/backend/cpu/work.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace encore::cpu {

class Products : public Work {
 public:
  using Work::Work;

  void linear(In x, const Storage& w, const Storage* b, Activation activation, In residual, Out y) const {
    w.check_table(*context_);
    const std::int64_t panels = (y.cols + table_.panel - 1) / table_.panel;
    GemmTask whole{.x = x.data,
                   .ldx = x.stride,
                   .rows = x.rows,
                   .weights = w.panels(),
                   .panels = panels,
                   .k = x.cols,
                   .bias = b ? b->padded() : nullptr,
                   .activation = activation,
                   .residual = residual.data,
                   .ldresidual = residual.stride,
                   .residual_cols = y.cols,
                   .y = y.data,
                   .ldy = y.stride};
    const Cut cut = cut_product(x.rows, panels, x.cols);
    parallel_.for_each(cut.row_chunks * cut.panel_chunks, [&](std::int64_t chunk, int) {
      const std::int64_t row = chunk / cut.panel_chunks * cut.rows;
      const std::int64_t panel = chunk % cut.panel_chunks * cut.panels;
      GemmTask task = whole;
      task.rows = std::min(cut.rows, x.rows - row);
      task.panels = std::min(cut.panels, panels - panel);
      task.x += row * x.stride;
      task.y += row * y.stride + panel * table_.panel;
      if (task.residual) task.residual += row * residual.stride + panel * table_.panel;
      task.residual_cols -= panel * table_.panel;
      if (task.bias) task.bias += panel * table_.panel;
      task.weights += panel * table_.panel * x.cols;
      task.next_weights =
          w.panels() + (panel + task.panels < panels ? (panel + task.panels) * table_.panel * x.cols : 0);
      table_.gemm(task);
    });
  }

  // Section by section: the columns between them are padding.
  void linear_backward(In x, const Storage& w, In dy, Out dx, Storage* dw, Storage* db) const {
    std::int64_t row = 0;
    for (const auto& [rows, column] : w.sections()) {
      reference::linear_backward(x, w.rows() + row * x.cols, dy.columns(column, rows), dx,
                                 dw ? dw->rows() + row * x.cols : nullptr, db ? db->rows() + row : nullptr, row > 0);
      row += rows;
    }
  }

  // map and gate over columns of one product, computed panel by panel while the product is in cache.
  bool fuses_columns(const ParameterSpec&, const std::int64_t* columns, std::size_t n, std::int64_t width) const {
    for (std::size_t i = 0; i < n; ++i)
      if (columns[i] % table_.panel != 0) return false;
    return width % table_.panel == 0;
  }
  // Bytes, for all threads.
  std::size_t fused_scratch(std::int64_t rows, std::size_t operands) const {
    return std::size_t(parallel_.concurrency()) * operands * std::size_t(std::min(rows, fused_rows) * table_.panel) *
           sizeof(float);
  }
  template <class F, std::size_t n>
  void linear_map(const F& f, const std::array<std::int64_t, n>& columns, In x, const Storage& w, const Storage* b,
                  Out y, std::byte* scratch) const {
    using Tile = MapTile<F, n>;
    const auto tile = cpu::tile_function<Tile>(table_.isa);
    for_fused_panels<n>(columns, x, w, b, y, scratch, [&](const std::array<In, n>& in, Out part) {
      for (std::int64_t r = 0; r < part.rows; ++r) {
        std::array<const float*, n> operands;
        for (std::size_t i = 0; i < n; ++i) operands[i] = in[i].row(r);
        Tile::row(tile, f, operands, part.row(r), part.cols);
      }
    });
  }
  void linear_gate(Activation activation, const std::array<std::int64_t, 2>& columns, In x, const Storage& w,
                   const Storage* b, Out y, std::byte* scratch) const {
    for_fused_panels<2>(columns, x, w, b, y, scratch, [&](const std::array<In, 2>& in, Out part) {
      table_.gate({.x = in[0].data,
                   .ldx = in[0].stride,
                   .g = in[1].data,
                   .ldg = in[1].stride,
                   .y = part.data,
                   .ldy = part.stride,
                   .rows = part.rows,
                   .cols = part.cols,
                   .activation = activation});
    });
  }

 private:
  static constexpr std::int64_t fused_rows = 96;  // rows of a fused product's scratch

  struct Cut {
    std::int64_t rows, row_chunks, panels, panel_chunks;
  };
  // Rows such that a block of x stays in the second-level cache, panels such that every thread finds several chunks.
  Cut cut_product(std::int64_t rows, std::int64_t panels, std::int64_t k) const {
    const std::int64_t threads = parallel_.concurrency();
    std::int64_t block =
        std::max<std::int64_t>(table_.row_block, 1024 * 1024 / (k * 4) / table_.row_block * table_.row_block);
    block = std::clamp<std::int64_t>(rows, 1, block);
    const std::int64_t row_chunks = (rows + block - 1) / block;
    const std::int64_t wanted = threads == 1 ? 1 : std::max<std::int64_t>(1, 8 * threads / row_chunks);
    const std::int64_t chunk = std::max<std::int64_t>(1, panels / wanted);
    return {block, row_chunks, chunk, (panels + chunk - 1) / chunk};
  }
  // Calls body({columns of the product}, part of y) for blocks of rows and single panels.
  template <std::size_t n, class Body>
  void for_fused_panels(const std::array<std::int64_t, n>& columns, In x, const Storage& w, const Storage* b, Out y,
                        std::byte* scratch, Body&& body) const {
    w.check_table(*context_);
    const std::int64_t width = table_.panel;
    const std::int64_t panels = y.cols / width;
    const std::int64_t block = std::clamp<std::int64_t>(x.rows, 1, fused_rows);
    const std::int64_t row_chunks = (x.rows + block - 1) / block;
    parallel_.for_each(row_chunks * panels, [&](std::int64_t chunk, int worker) {
      const std::int64_t row = chunk / panels * block;
      const std::int64_t rows = std::min(block, x.rows - row);
      const std::int64_t panel = chunk % panels;
      float* tile = reinterpret_cast<float*>(scratch) + worker * std::int64_t(n) * block * width;
      std::array<In, n> in;
      for (std::size_t i = 0; i < n; ++i) {
        const std::int64_t column = columns[i] + panel * width;
        const float* weights = w.panels() + column * x.cols;
        float* result = tile + std::int64_t(i) * block * width;
        table_.gemm({.x = x.row(row),
                     .ldx = x.stride,
                     .rows = rows,
                     .weights = weights,
                     .panels = 1,
                     .k = x.cols,
                     .next_weights = weights + width * x.cols,
                     .bias = b ? b->padded() + column : nullptr,
                     .y = result,
                     .ldy = width});
        in[i] = {result, rows, width, width};
      }
      body(in, Out{y.row(row) + panel * width, rows, width, y.stride});
    });
  }
};

}  // namespace encore::cpu
