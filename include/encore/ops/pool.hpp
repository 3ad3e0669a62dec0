// SPDX-License-Identifier: Apache-2.0
// A row for each sequence: y[s] = of its m rows, or of those from firsts[s] on, the first, the last, the maximum, sum x / m,
// sum x / sqrt(m), or sum w x / sum w with w the row's place, 1 for the sequence's first. [N, C] -> [sequences, C]. Sums
// run over rows in ascending order. A first row outside its sequence is an InputError.
#pragma once

#include <encore/backend/operands.hpp>
#include <encore/ops/kernel_call.hpp>
#include <encore/ops/op.hpp>

namespace encore::op {

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

}  // namespace encore::op
