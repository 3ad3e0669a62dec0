// SPDX-License-Identifier: Apache-2.0
// Kernels that move, sum or pool whole rows. Sums run over rows in ascending order, so that no result depends on how
// blocks are scheduled.
#pragma once

#include <encore/backend/cuda/kernels/map.hpp>

namespace encore::cuda {

inline constexpr int row_threads = 128;

template <class T, int width>
struct EmbedKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const EmbedTask& task) const {
    for_each_pack_of<width>(block, task.y.rows, task.y.cols, [&](std::int64_t r, std::int64_t c) {
      float sum[width] = {};
      for (int t = 0; t < task.terms; ++t) {
        float x[width];
        load_floats<width>(x, task.tables[t] + (task.indices[t][r] + task.offsets[t]) * task.y.cols + c);
        ENCORE_DEVICE_UNROLL
        for (int e = 0; e < width; ++e) sum[e] += x[e];
      }
      store_floats<width>(task.y.template row<T>(r) + c, sum);
    });
  }
};

template <class T, int width>
struct GatherKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const GatherTask& task) const {
    for_each_pack_of<width>(block, task.y.rows, task.y.cols, [&](std::int64_t r, std::int64_t c) {
      store_pack<width>(task.y.template row<T>(r) + c,
                        load_pack<width>(task.x.template row<const T>(task.rows[r]) + c));
    });
  }
};

// One thread a column, one part a block.
template <class From, class To>
struct SumRowsKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const SumRowsTask& task) const {
    const std::int64_t c = block.y() * row_threads + block.thread();
    if (c >= task.x.cols) return;
    const std::int64_t part = block.x();
    float sum = 0;
    for (std::int32_t i = task.begins[part]; i < task.begins[part + 1]; ++i)
      sum += to_float(task.x.template row<const From>(task.order ? task.order[i] : i)[c]);
    To* y = task.y.template row<To>(task.target ? task.target[part] : part) + c;
    *y = rounded<To>(task.add ? to_float(*y) + sum : sum);
  }
};

template <class T>
struct SumColumnsKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const SumColumnsTask& task) const {
    const std::int64_t c = block.y() * row_threads + block.thread();
    if (c >= task.x.cols) return;
    const std::int64_t begin = block.x() * task.rows_per_part;
    const std::int64_t end = begin + task.rows_per_part < task.x.rows ? begin + task.rows_per_part : task.x.rows;
    float sum = 0;
    for (std::int64_t r = begin; r < end; ++r) sum += to_float(task.x.template row<const T>(r)[c]);
    float* y = task.y.template row<float>(block.x()) + c;
    *y = task.add ? *y + sum : sum;
  }
};

// One thread a column, one sequence a block.
template <class T>
struct RotateKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const RotateTask& task) const {
    const std::int32_t c = std::int32_t(block.y() * row_threads + block.thread());
    if (c >= task.x.cols) return;
    const std::int32_t half = task.rotary / 2;
    const std::int32_t e = c % task.head_size;  // within the head
    const std::int32_t pair = task.interleaved ? e / 2 : e % half;
    const bool second = task.interleaved ? e % 2 != 0 : e >= half;
    const std::int32_t other = task.interleaved ? c + (second ? -1 : 1) : c + (second ? -half : half);
    const float sign = second == task.back ? -1.0f : 1.0f;
    const std::int64_t begin = task.offsets[block.x()];
    const std::int64_t end = task.offsets[block.x() + 1];
    for (std::int64_t r = begin; r < end; ++r) {
      const T* x = task.x.template row<const T>(r);
      float value = to_float(x[c]);
      if (e < task.rotary) {
        const std::int64_t at = (r - begin) * half + pair;
        value = value * task.cosine[at] + sign * to_float(x[other]) * task.sine[at];
      }
      task.y.template row<T>(r)[c] = rounded<T>(value);
    }
  }
};

// One thread a column, one sequence a block.
template <class T>
struct ShiftKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const ShiftTask& task) const {
    const std::int64_t c = block.y() * row_threads + block.thread();
    if (c >= task.x.cols) return;
    const std::int64_t begin = task.offsets[block.x()];
    const std::int64_t end = task.offsets[block.x() + 1];
    for (std::int64_t r = begin; r < end; ++r) {
      const std::int64_t from = r + task.by;
      task.y.template row<T>(r)[c] =
          from >= begin && from < end ? task.x.template row<const T>(from)[c] : rounded<T>(0.0f);
    }
  }
};

template <class T>
struct ScaleKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const ScaleTask& task) const {
    const std::int64_t width = task.x.cols / task.s.cols;
    for_each_pack_of<1>(block, task.y.rows, task.y.cols, [&](std::int64_t r, std::int64_t c) {
      const float factor = to_float(task.s.template row<const T>(task.s.rows == 1 ? 0 : r)[c / width]);
      task.y.template row<T>(r)[c] = rounded<T>(to_float(task.x.template row<const T>(r)[c]) * factor);
    });
  }
};

// One warp a number: its columns, of one row or of all.
template <class T>
struct ScaleBackwardKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const ScaleBackwardTask& task) const {
    const std::int64_t number = block.x() * (row_threads / warp_size) + block.warp();
    if (number >= task.ds.rows * task.ds.cols) return;
    const std::int64_t row = number / task.ds.cols, part = number % task.ds.cols;
    const std::int64_t width = task.x.cols / task.ds.cols;
    const bool all = task.ds.rows == 1;
    float sum = 0;
    for (std::int64_t r = all ? 0 : row; r < (all ? task.x.rows : row + 1); ++r) {
      const T* x = task.x.template row<const T>(r) + part * width;
      const T* dy = task.dy.template row<const T>(r) + part * width;
      for (std::int64_t c = block.lane(); c < width; c += warp_size) sum += to_float(dy[c]) * to_float(x[c]);
    }
    sum = warp_sum(block, sum);
    if (block.lane() == 0) task.ds.template row<T>(row)[part] = rounded<T>(sum);
  }
};

// pooling_weight and pooling_divisor of backend/operands.hpp, of rows counted in the batch.
ENCORE_DEVICE inline float pool_weight(Pooling pooling, std::int64_t begin, std::int64_t r) {
  return pooling == Pooling::weighted_mean ? float(r - begin + 1) : 1.0f;
}
template <class Block>
ENCORE_DEVICE float pool_divisor(const Block& block, Pooling pooling, std::int64_t begin, std::int64_t first,
                                 std::int64_t end) {
  const float count = float(end - first);
  if (pooling == Pooling::weighted_mean) return count * float(end + first - 2 * begin + 1) / 2;
  return pooling == Pooling::mean_sqrt ? block.square_root(count) : count;
}

// One thread a column, one sequence a block.
template <class T>
struct PoolKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const PoolTask& task) const {
    const std::int64_t c = block.y() * row_threads + block.thread();
    if (c >= task.x.cols) return;
    const std::int64_t s = block.x();
    const std::int64_t begin = task.offsets[s];
    const std::int64_t end = task.offsets[s + 1];
    const std::int64_t first = task.firsts ? task.firsts[s] : begin;
    const bool picks = task.pooling == Pooling::first || task.pooling == Pooling::last;
    const std::int64_t chosen = task.pooling == Pooling::last ? end - 1 : first;
    float value = to_float(task.x.template row<const T>(chosen)[c]);
    if (task.pooling != Pooling::max && !picks) value *= pool_weight(task.pooling, begin, first);
    for (std::int64_t r = first + 1; r < end && !picks; ++r) {
      const float x = to_float(task.x.template row<const T>(r)[c]);
      if (task.pooling == Pooling::max)
        value = x > value ? x : value;
      else
        value += pool_weight(task.pooling, begin, r) * x;
    }
    if (task.pooling != Pooling::max && !picks) value /= pool_divisor(block, task.pooling, begin, first, end);
    task.y.template row<T>(s)[c] = rounded<T>(value);
  }
};

// The gradient of a maximum goes to the first row that has it.
template <class T>
struct PoolBackwardKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const PoolBackwardTask& task) const {
    const std::int64_t c = block.y() * row_threads + block.thread();
    if (c >= task.dx.cols) return;
    const std::int64_t s = block.x();
    const std::int64_t begin = task.offsets[s];
    const std::int64_t end = task.offsets[s + 1];
    const std::int64_t first = task.firsts ? task.firsts[s] : begin;
    const bool one = task.pooling == Pooling::first || task.pooling == Pooling::last || task.pooling == Pooling::max;
    std::int64_t chosen = task.pooling == Pooling::last ? end - 1 : first;
    if (task.pooling == Pooling::max) {
      float highest = to_float(task.x.template row<const T>(first)[c]);
      for (std::int64_t r = first + 1; r < end; ++r) {
        const float x = to_float(task.x.template row<const T>(r)[c]);
        if (x > highest) {
          highest = x;
          chosen = r;
        }
      }
    }
    const float dy = to_float(task.dy.template row<const T>(s)[c]);
    const float divisor = pool_divisor(block, task.pooling, begin, first, end);
    for (std::int64_t r = begin; r < end; ++r) {
      float dx = 0;
      if (one)
        dx = r == chosen ? dy : 0.0f;
      else if (r >= first)
        dx = pool_weight(task.pooling, begin, r) * dy / divisor;
      task.dx.template row<T>(r)[c] = rounded<T>(dx);
    }
  }
};

// One warp a row.
template <class T>
struct L2NormaliseKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const L2NormaliseTask& task) const {
    const std::int64_t row = block.x() * (row_threads / warp_size) + block.warp();
    if (row >= task.x.rows) return;
    const T* x = task.x.template row<const T>(row);
    float square = 0;
    for (std::int64_t c = block.lane(); c < task.x.cols; c += warp_size) square += to_float(x[c]) * to_float(x[c]);
    const float length = block.square_root(warp_sum(block, square));
    const float norm = length > task.eps ? length : task.eps;
    T* y = task.y.template row<T>(row);
    for (std::int64_t c = block.lane(); c < task.x.cols; c += warp_size) y[c] = rounded<T>(to_float(x[c]) / norm);
  }
};

template <class T>
struct L2NormaliseBackwardKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const L2NormaliseBackwardTask& task) const {
    const std::int64_t row = block.x() * (row_threads / warp_size) + block.warp();
    if (row >= task.x.rows) return;
    const T* x = task.x.template row<const T>(row);
    const T* y = task.y.template row<const T>(row);
    const T* dy = task.dy.template row<const T>(row);
    float square = 0, along = 0;
    for (std::int64_t c = block.lane(); c < task.x.cols; c += warp_size) {
      square += to_float(x[c]) * to_float(x[c]);
      along += to_float(y[c]) * to_float(dy[c]);
    }
    const float norm = block.square_root(warp_sum(block, square));
    along = warp_sum(block, along);
    T* dx = task.dx.template row<T>(row);
    for (std::int64_t c = block.lane(); c < task.x.cols; c += warp_size) {
      const float d = to_float(dy[c]);
      dx[c] = rounded<T>(norm > task.eps ? (d - to_float(y[c]) * along) / norm : d / task.eps);
    }
  }
};

}  // namespace encore::cuda
