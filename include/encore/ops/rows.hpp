// SPDX-License-Identifier: Apache-2.0
// Ops on whole rows.
//   embed         y[n] = sum over terms t of table_t[index_t[n] + offset_t]   -> [N, C]
//   gather_rows   y[i] = x[index[i]]                              [N, C] -> [n, C]
//   pool          y[s] = of the m rows of sequence s, or of those from firsts[s] on, the first, the last, the maximum,
//                 sum x / m, sum x / sqrt(m), or sum w x / sum w with w the row's place, 1 for the sequence's first
//                                                                          [N, C] -> [sequences, C]
//   concat        y[n] = [x_1[n], x_2[n], ..]                                 -> [N, C_1 + C_2 + ..]
//   l2_normalise  y[n] = x[n] / max(|x[n]|_2, eps)                [N, C] -> [N, C]; y may alias x
// Sums run over rows and terms in ascending order. Backward assigns dx; dtable adds. An index that is no row is an
// InputError.
#pragma once

#include <encore/backend/operands.hpp>
#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore {

// One summand of an embedding, as layers say it.
struct EmbedTerm {
  ParameterId table{};
  Indices indices{};
  std::int64_t offset = 0;
};

namespace op {

ENCORE_KERNEL(embed)
struct Embed {
  static constexpr const char* name = "embed";
  static constexpr std::size_t max_terms = 4;
  std::array<EmbedTerm, max_terms> terms{};
  std::size_t count = 0;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent>) const {
    if (count < 1 || count > max_terms)
      throw ArgumentError("embed: " + std::to_string(count) + " terms, 1 to " + std::to_string(max_terms) +
                          " are possible");
    Extent first;
    for (std::size_t t = 0; t < count; ++t) {
      const ParameterSpec& table = row_parameter(name, env.layout, terms[t].table);
      const Extent size{terms[t].indices.size, table.cols()};
      if (t == 0) first = size;
      if (size != first) shape_error(name, first, size, "terms differ");
      check_indices(name, terms[t].indices, terms[t].offset, table.rows(), table.name());
    }
    return first;
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>>, Out<B> y, Out<B>, std::byte*) const {
    std::array<LookupTerm<scalar_t<B>>, max_terms> lookups;
    for (std::size_t t = 0; t < count; ++t)
      lookups[t] = {env.weights(terms[t].table).rows(), terms[t].indices, terms[t].offset};
    const std::span<const LookupTerm<scalar_t<B>>> used(lookups.data(), count);
    embed_kernel(env.kernels, used, y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>>) const {
    for (std::size_t t = 0; t < count; ++t)
      if (auto* gradient = env.gradient(terms[t].table))
        env.kernels.embed_backward(terms[t].indices, terms[t].offset, dy, *gradient);
  }
  template <class B>
  double flops(const Env<B>& env, std::span<const Extent>) const {
    return double(count - 1) * double(terms[0].indices.size) * double(env.layout[terms[0].table].cols());
  }
};

ENCORE_KERNEL(gather_rows)
struct GatherRows {
  static constexpr const char* name = "gather_rows";
  Indices indices{};

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    check_indices(name, indices, 0, in[0].rows);
    return {indices.size, in[0].cols};
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    gather_rows_kernel(env.kernels, in[0], indices, y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>>, In<B>, In<B>, In<B> dy, std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.gather_rows_backward(indices, dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent>) const {
    return 0;
  }
};

ENCORE_KERNEL(pool)
struct Pool {
  static constexpr const char* name = "pool";
  Pooling pooling = Pooling::first;
  Indices firsts{};  // [sequences] a row of each, or none: all rows count. Batch makes them

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if (in[0].rows != env.segments.tokens())
      shape_error(name, in[0], {env.segments.tokens(), in[0].cols}, "rows are not the tokens of the segments");
    if (firsts.size && firsts.size != env.segments.count())
      shape_error(name, {firsts.size, 1}, {env.segments.count(), 1}, "first rows are not one of each sequence");
    const std::int32_t* values = host_values(firsts);
    for (std::int64_t s = 0; s < firsts.size; ++s)
      if (values[s] < env.segments.begin(s) || values[s] >= env.segments.end(s))
        throw InputError("pool: first row " + std::to_string(values[s]) + " of sequence " + std::to_string(s) +
                         " is none of " + std::to_string(env.segments.begin(s)) + ".." +
                         std::to_string(env.segments.end(s) - 1));
    return {env.segments.count(), in[0].cols};
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    pool_kernel(env.kernels, pooling, env.segments, firsts, in[0], y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B>, In<B>, In<B> dy,
                std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.pool_backward(pooling, env.segments, firsts, in[0], dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return picks_row(pooling) ? 0.0 : double(in[0].rows) * double(in[0].cols);
  }
};

struct Concat {
  static constexpr const char* name = "concat";

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    Extent sum{in[0].rows, 0};
    for (const Extent& part : in) {
      if (part.rows != sum.rows) shape_error(name, in[0], part, "rows differ");
      sum.cols += part.cols;
    }
    return sum;
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    std::int64_t column = 0;
    for (const In<B>& part : in) {
      env.kernels.copy(part, y.columns(column, part.cols));
      column += part.cols;
    }
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B>, In<B>, In<B> dy,
                std::span<const Out<B>> dx) const {
    std::int64_t column = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (dx[i].data) env.kernels.copy(dy.columns(column, in[i].cols), dx[i]);
      column += in[i].cols;
    }
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent>) const {
    return 0;
  }
};

ENCORE_KERNEL(l2_normalise)
struct L2Normalise {
  static constexpr const char* name = "l2_normalise";
  double eps = 1e-12;

  template <class B>
  Extent output(const Env<B>&, std::span<const Extent> in) const {
    return in[0];
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B>, std::byte*) const {
    l2_normalise_kernel(env.kernels, in[0], eps, y);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B> y, In<B>, In<B> dy,
                std::span<const Out<B>> dx) const {
    if (dx[0].data) env.kernels.l2_normalise_backward(in[0], eps, y, dy, dx[0]);
  }
  template <class B>
  double flops(const Env<B>&, std::span<const Extent> in) const {
    return 3.0 * double(in[0].rows) * double(in[0].cols);
  }
};

}  // namespace op
}  // namespace encore
