// SPDX-License-Identifier: Apache-2.0
// Normalisation of rows, forward and backward: ops/norm.hpp has the formulas. One warp a row; what a row's sums are made
// of, and in which order, depends on its width alone.
#pragma once

#include <encore/backend/cuda/kernels/warp.hpp>
#include <encore/backend/cuda/tasks.hpp>

namespace encore::cuda {

inline constexpr int norm_threads = 128;

// z = x (+ residual), rounded to the format of activations as a separate add would.
template <class T, int width>
ENCORE_DEVICE void load_sum(float (&z)[width], const T* x, const T* residual) {
  load_floats<width>(z, x);
  if (!residual) return;
  float r[width];
  load_floats<width>(r, residual);
  ENCORE_DEVICE_UNROLL
  for (int e = 0; e < width; ++e) z[e] = to_float(rounded<T>(r[e] + z[e]));
}

template <class T, int width>
struct NormKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const NormTask& task) const {
    const std::int64_t row = block.x() * (norm_threads / warp_size) + block.warp();
    if (row >= task.x.rows) return;
    const T* x = task.x.template row<const T>(row);
    const T* residual = task.residual.data ? task.residual.template row<const T>(row) : nullptr;
    const std::int64_t cols = task.x.cols;
    const std::int64_t first = block.lane() * width;
    constexpr std::int64_t step = warp_size * width;
    float z[width];
    float mean = 0;
    if (task.kind == NormKind::layer) {
      for (std::int64_t c = first; c < cols; c += step) {
        load_sum<T, width>(z, x + c, residual ? residual + c : nullptr);
        ENCORE_DEVICE_UNROLL
        for (int e = 0; e < width; ++e) mean += z[e];
      }
      mean = warp_sum(block, mean) / float(cols);
    }
    float inverse = 1;
    if (task.kind != NormKind::none) {
      float square = 0;
      for (std::int64_t c = first; c < cols; c += step) {
        load_sum<T, width>(z, x + c, residual ? residual + c : nullptr);
        ENCORE_DEVICE_UNROLL
        for (int e = 0; e < width; ++e) square += (z[e] - mean) * (z[e] - mean);
      }
      inverse = 1.0f / block.square_root(warp_sum(block, square) / float(cols) + task.eps);
    }
    T* y = task.y.template row<T>(row);
    for (std::int64_t c = first; c < cols; c += step) {
      load_sum<T, width>(z, x + c, residual ? residual + c : nullptr);
      ENCORE_DEVICE_UNROLL
      for (int e = 0; e < width; ++e) {
        z[e] = (z[e] - mean) * inverse;
        if (task.gain) z[e] *= task.gain[c + e];
        if (task.bias) z[e] += task.bias[c + e];
      }
      store_floats<width>(y + c, z);
    }
    if (task.statistics.data && block.lane() == 0) {
      float* statistics = task.statistics.template row<float>(row);
      statistics[0] = mean;
      statistics[1] = inverse;
    }
  }
};

template <class T, int width>
struct NormBackwardKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const NormBackwardTask& task) const {
    const std::int64_t row = block.x() * (norm_threads / warp_size) + block.warp();
    if (row >= task.x.rows) return;
    const T* x = task.x.template row<const T>(row);
    const T* residual = task.residual.data ? task.residual.template row<const T>(row) : nullptr;
    const T* dy = task.dy.template row<const T>(row);
    const float mean = task.statistics.template row<const float>(row)[0];
    const float inverse = task.statistics.template row<const float>(row)[1];
    const std::int64_t cols = task.x.cols;
    const std::int64_t first = block.lane() * width;
    constexpr std::int64_t step = warp_size * width;
    float z[width], d[width];
    const auto load = [&](std::int64_t c) {  // normal numbers into z, dy * gain into d
      load_sum<T, width>(z, x + c, residual ? residual + c : nullptr);
      load_floats<width>(d, dy + c);
      ENCORE_DEVICE_UNROLL
      for (int e = 0; e < width; ++e) {
        z[e] = (z[e] - mean) * inverse;
        if (task.gain) d[e] *= task.gain[c + e];
      }
    };
    float mean_d = 0, mean_dn = 0;
    for (std::int64_t c = first; c < cols; c += step) {
      load(c);
      ENCORE_DEVICE_UNROLL
      for (int e = 0; e < width; ++e) {
        mean_d += d[e];
        mean_dn += d[e] * z[e];
      }
    }
    mean_d = task.kind == NormKind::layer ? warp_sum(block, mean_d) / float(cols) : 0.0f;
    mean_dn = task.kind != NormKind::none ? warp_sum(block, mean_dn) / float(cols) : 0.0f;
    T* dz = task.dz.template row<T>(row);
    for (std::int64_t c = first; c < cols; c += step) {
      load(c);
      ENCORE_DEVICE_UNROLL
      for (int e = 0; e < width; ++e) z[e] = inverse * (d[e] - mean_d - z[e] * mean_dn);
      store_floats<width>(dz + c, z);
    }
  }
};

// One thread a column, `rows_per_part` rows a block.
template <class T>
struct NormParametersKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const NormParametersTask& task) const {
    const std::int64_t c = block.y() * norm_threads + block.thread();
    if (c >= task.x.cols) return;
    const std::int64_t begin = block.x() * task.rows_per_part;
    const std::int64_t end = begin + task.rows_per_part < task.x.rows ? begin + task.rows_per_part : task.x.rows;
    float dgain = 0, dbias = 0;
    for (std::int64_t r = begin; r < end; ++r) {
      float z[1];
      load_sum<T, 1>(z, task.x.template row<const T>(r) + c,
                     task.residual.data ? task.residual.template row<const T>(r) + c : nullptr);
      const float* statistics = task.statistics.template row<const float>(r);
      const float dy = to_float(task.dy.template row<const T>(r)[c]);
      dgain += dy * ((z[0] - statistics[0]) * statistics[1]);
      dbias += dy;
    }
    float* partial = task.partial.template row<float>(block.x());
    partial[c] = dgain;
    partial[task.x.cols + c] = dbias;
  }
};

}  // namespace encore::cuda
