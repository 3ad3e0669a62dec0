// SPDX-License-Identifier: Apache-2.0
// The CPU backend's kernels as ops see them: cuts work into chunks, hands them to the context's threads and calls the
// kernel table. How work is cut never touches a bit (kernel_table.hpp). What no one has tuned yet (backward passes) is
// inherited from the reference kernels, in float.
#pragma once

#include <encore/backend/cpu/map_tile.hpp>
#include <encore/backend/cpu/storage.hpp>
#include <encore/backend/reference/kernels.hpp>

#include <algorithm>

namespace encore {

template <>
struct backend_traits<Cpu> {
  using Scalar = float;
  using Storage = cpu::Storage;
  static constexpr std::string_view name = "cpu";
};

template <>
class Kernels<Cpu> : public reference::RowKernels<float, cpu::Storage> {
 public:
  explicit Kernels(const Context<Cpu>& context)
      : context_(&context), table_(context.kernels()), parallel_(context.parallel()) {}

  // Whole panels fit into a row, and the odd 16 floats keep rows of 4 KB from fighting for one cache set.
  std::int64_t stride(std::int64_t cols) const { return (cols + 31) / 32 * 32 + 16; }
  std::int64_t product_columns(const ParameterSpec& spec) const { return section_column(spec, spec.sections.size()); }
  std::int64_t section_column(const ParameterSpec& spec, std::size_t section) const {
    std::int64_t column = 0;
    for (std::size_t s = 0; s < section; ++s) column += cpu::padded_outputs(spec.sections[s].rows, table_);
    return column;
  }

  void linear(In x, const cpu::Storage& w, const cpu::Storage* b, Activation activation, In residual, Out y) const {
    w.check_table(*context_);
    const std::int64_t panels = (y.cols + table_.panel - 1) / table_.panel;
    cpu::GemmTask whole{.x = x.data,
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
      cpu::GemmTask task = whole;
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
  void linear_backward(In x, const cpu::Storage& w, In dy, Out dx, cpu::Storage* dw, cpu::Storage* db) const {
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
  void linear_map(const F& f, const std::array<std::int64_t, n>& columns, In x, const cpu::Storage& w,
                  const cpu::Storage* b, Out y, std::byte* scratch) const {
    using Tile = cpu::MapTile<F, n>;
    const auto tile = Tile::for_isa(table_.isa);
    for_fused_panels<n>(columns, x, w, b, y, scratch, [&](const std::array<In, n>& in, Out part) {
      for (std::int64_t r = 0; r < part.rows; ++r) {
        std::array<const float*, n> operands;
        for (std::size_t i = 0; i < n; ++i) operands[i] = in[i].row(r);
        Tile::row(tile, f, operands, part.row(r), part.cols);
      }
    });
  }
  void linear_gate(Activation activation, const std::array<std::int64_t, 2>& columns, In x, const cpu::Storage& w,
                   const cpu::Storage* b, Out y, std::byte* scratch) const {
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
    const auto tile = Tile::for_isa(table_.isa);
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

  std::size_t attention_scratch(const AttentionPlan<float>& plan, const Segments& segments) const {
    return std::size_t(parallel_.concurrency()) * scratch_per_worker(plan, segments) * sizeof(float);
  }
  void attention(const AttentionPlan<float>& plan, const Segments& segments, std::span<const In> in,
                 const AttentionDistances<In>& distances, Out out, Out log_sum, std::byte* scratch) const {
    const In& q = in[0];
    const In& k = in[1];
    const In& v = in[2];
    const auto terms = distance_rows(distances, plan.head_size);
    const std::size_t per_worker = scratch_per_worker(plan, segments);
    const std::int64_t most = (segments.longest() + attention_rows - 1) / attention_rows;
    const std::int64_t group = plan.heads / plan.kv_heads;
    parallel_.for_each(segments.count() * plan.heads * most, [&](std::int64_t chunk, int worker) {
      const std::int64_t block = chunk % most;
      const std::int64_t head = chunk / most % plan.heads;
      const std::int64_t s = chunk / most / plan.heads;
      const std::int64_t begin = segments.begin(s);
      const std::int64_t length = segments.length(s);
      const std::int64_t blocks = (length + attention_rows - 1) / attention_rows;
      if (block >= blocks) return;
      cpu::AttentionTask task{plan};
      task.q = q.row(begin) + head * plan.head_size;
      task.k = k.row(begin) + head / group * plan.head_size;
      task.v = v.row(begin) + head / group * plan.head_size;
      task.ldq = q.stride;
      task.ldk = k.stride;
      task.ldv = v.stride;
      task.out = out.row(begin) + head * plan.head_size;
      task.ldo = out.stride;
      task.length = length;
      task.row_begin = length * block / blocks;
      task.row_end = length * (block + 1) / blocks;
      task.terms = terms.each([&](const auto& rows) { return rows ? rows.of_head(head) : rows; });
      if (log_sum.data) {
        task.log_sum = log_sum.row(begin) + head;
        task.ldlog_sum = log_sum.stride;
      }
      table_.attention(task, reinterpret_cast<float*>(scratch) + std::size_t(worker) * per_worker);
    });
  }

  // Plain loops on all threads: a head of a sequence is one chunk.
  std::size_t linear_attention_scratch(std::int64_t features, std::int64_t head_size) const {
    return std::size_t(parallel_.concurrency()) * sums_per_worker(features, head_size) * sizeof(float);
  }
  void linear_attention(std::int64_t heads, const Segments& segments, In q, In k, In v, Out y,
                        std::byte* scratch) const {
    const std::size_t per_worker = sums_per_worker(q.cols / heads, v.cols / heads);
    parallel_.for_each(segments.count() * heads, [&](std::int64_t chunk, int worker) {
      auto rows = [&](auto x) { return reference::head_rows(segments, chunk / heads, heads, chunk % heads, x); };
      reference::linear_attention_head(rows(q), rows(k), rows(v), rows(y),
                                       reinterpret_cast<float*>(scratch) + std::size_t(worker) * per_worker);
    });
  }
  // The same: some rows of a sequence are one chunk.
  void fourier(const Segments& segments, In u, In w, Out y) const {
    const std::int64_t most = (segments.longest() + fourier_rows - 1) / fourier_rows;
    parallel_.for_each(segments.count() * most, [&](std::int64_t chunk, int) {
      const std::int64_t s = chunk / most;
      const std::int64_t first = chunk % most * fourier_rows;
      const std::int64_t last = std::min(first + fourier_rows, segments.length(s));
      for (std::int64_t i = first; i < last; ++i)
        reference::fourier_row(reference::sequence_rows(segments, s, u), reference::sequence_rows(segments, s, w), i,
                               y.row(segments.begin(s) + i));
    });
  }

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
  static constexpr std::int64_t row_chunk = 64;   // rows of a chunk of row-local work, at most
  static constexpr std::int64_t fused_rows = 96;  // rows of a fused product's scratch
  static constexpr std::int64_t attention_rows =
      336;                                          // query rows of a task, at most: K and V are packed once for each
  static constexpr std::int64_t fourier_rows = 16;  // rows of a task

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
  // Chunks of rows of about 16 K elements.
  template <class Body>
  void for_rows(std::int64_t rows, std::int64_t cols, Body&& body) const {
    const std::int64_t chunk = std::clamp<std::int64_t>(16384 / std::max<std::int64_t>(cols, 1), 1, row_chunk);
    parallel_.for_each((rows + chunk - 1) / chunk,
                       [&](std::int64_t i, int) { body(i * chunk, std::min(chunk, rows - i * chunk)); });
  }
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
  // Floats, in whole cache lines.
  static std::size_t sums_per_worker(std::int64_t features, std::int64_t head_size) {
    return std::size_t((features * (head_size + 1) + 15) / 16 * 16);
  }
  std::size_t scratch_per_worker(const AttentionPlan<float>& plan, const Segments& segments) const {
    const std::int64_t floats = table_.attention_scratch(segments.longest(), plan.head_size, plan.terms);
    return std::size_t((floats + 15) / 16 * 16);
  }
  // Calls body({columns of the product}, part of y) for blocks of rows and single panels.
  template <std::size_t n, class Body>
  void for_fused_panels(const std::array<std::int64_t, n>& columns, In x, const cpu::Storage& w, const cpu::Storage* b,
                        Out y, std::byte* scratch, Body&& body) const {
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

  const Context<Cpu>* context_;
  const cpu::KernelTable& table_;
  const Parallel& parallel_;
};

}  // namespace encore
