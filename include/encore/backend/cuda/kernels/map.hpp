// SPDX-License-Identifier: Apache-2.0
// Elementwise kernels: a functor over n operands, forward, and backward by dual numbers.
#pragma once

#include <encore/backend/cuda/kernels/warp.hpp>
#include <encore/backend/cuda/tasks.hpp>
#include <encore/backend/cuda/tiling.hpp>
#include <encore/backend/functions.hpp>

#include <utility>

namespace encore::cuda {

template <class F, int n>
struct MapTask {
  F f;
  View in[n];
  View y;
};
// dx = dy * df/dx_k
template <class F, int n>
struct MapBackwardTask {
  F f;
  View in[n];
  View dy;
  View dx;
  int k = 0;
};

inline constexpr int map_threads = map_block;

// Calls body(r, c) for the first column of every pack of `width` columns of a matrix.
template <int width, class Block, class Body>
ENCORE_DEVICE void for_each_pack_of(Block& block, std::int64_t rows, std::int64_t cols, Body&& body) {
  const std::int64_t packs = (cols + width - 1) / width;
  const std::int64_t i = block.x() * map_threads + block.thread();
  if (i < rows * packs) body(i / packs, i % packs * width);
}

// T: the elements of all matrices; width: vector_width, or 1 where columns or addresses do not allow it.
template <class F, int n, class T, int width>
struct MapKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const MapTask<F, n>& task) const {
    for_each_pack_of<width>(block, task.y.rows, task.y.cols, [&](std::int64_t r, std::int64_t c) {
      float x[n][width];
      ENCORE_DEVICE_UNROLL
      for (int i = 0; i < n; ++i) load_floats<width>(x[i], task.in[i].template row<const T>(r) + c);
      float y[width];
      ENCORE_DEVICE_UNROLL
      for (int e = 0; e < width; ++e) y[e] = call(task.f, x, e, std::make_integer_sequence<int, n>{});
      store_floats<width>(task.y.template row<T>(r) + c, y);
    });
  }

 private:
  template <int... i>
  ENCORE_DEVICE static float call(const F& f, const float (&x)[n][width], int e, std::integer_sequence<int, i...>) {
    return f(x[i][e]...);
  }
};

template <class F, int n, class T, int width>
struct MapBackwardKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const MapBackwardTask<F, n>& task) const {
    for_each_pack_of<width>(block, task.dx.rows, task.dx.cols, [&](std::int64_t r, std::int64_t c) {
      float x[n][width];
      ENCORE_DEVICE_UNROLL
      for (int i = 0; i < n; ++i) load_floats<width>(x[i], task.in[i].template row<const T>(r) + c);
      float dy[width];
      load_floats<width>(dy, task.dy.template row<const T>(r) + c);
      float dx[width];
      ENCORE_DEVICE_UNROLL
      for (int e = 0; e < width; ++e)
        dx[e] = dy[e] * derivative(task.f, x, e, task.k, std::make_integer_sequence<int, n>{});
      store_floats<width>(task.dx.template row<T>(r) + c, dx);
    });
  }

 private:
  template <int... i>
  ENCORE_DEVICE static float derivative(const F& f, const float (&x)[n][width], int e, int k,
                                        std::integer_sequence<int, i...>) {
    return f(Dual<float>(x[i][e], i == k ? 1.0f : 0.0f)...).d;
  }
};

template <class From, class To, int width>
struct CopyKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const CopyTask& task) const {
    for_each_pack_of<width>(block, task.y.rows, task.y.cols, [&](std::int64_t r, std::int64_t c) {
      float x[width];
      load_floats<width>(x, task.x.template row<const From>(r) + c);
      store_floats<width>(task.y.template row<To>(r) + c, x);
    });
  }
};

template <class T>
struct FillKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const FillTask& task) const {
    for_each_pack_of<1>(block, task.y.rows, task.y.cols,
                        [&](std::int64_t r, std::int64_t c) { task.y.template row<T>(r)[c] = rounded<T>(task.value); });
  }
};

// Element (r, c) of a mask is the stream's number r * cols + c, whatever the layout.
template <class T>
struct DropoutKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const DropoutTask& task) const {
    const float scale = 1.0f / (1.0f - task.p);
    for_each_pack_of<1>(block, task.y.rows, task.y.cols, [&](std::int64_t r, std::int64_t c) {
      const bool kept = task.stream.uniform(std::uint64_t(r * task.y.cols + c)) >= task.p;
      const float x = to_float(task.x.template row<const T>(r)[c]);
      task.y.template row<T>(r)[c] = rounded<T>(kept ? x * scale : 0.0f);
    });
  }
};

}  // namespace encore::cuda
