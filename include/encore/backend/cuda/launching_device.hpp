// SPDX-License-Identifier: Apache-2.0
// From tasks to launches: which instantiation of which kernel, and how many blocks. The same for the GPU and for the
// emulator. Nothing here looks at the number of rows to choose a kernel, so that a row's bits do not depend on its
// batch.
#pragma once

#include <encore/backend/cuda/device.hpp>
#include <encore/backend/cuda/kernels/attention_plain.hpp>
#include <encore/backend/cuda/kernels/attention_tensor.hpp>
#include <encore/backend/cuda/kernels/attention_tensor_backward.hpp>
#include <encore/backend/cuda/kernels/loss.hpp>
#include <encore/backend/cuda/kernels/map.hpp>
#include <encore/backend/cuda/kernels/norm.hpp>
#include <encore/backend/cuda/kernels/rows.hpp>
#include <encore/backend/cuda/tiling.hpp>
#include <encore/core/error.hpp>

#include <type_traits>

namespace encore::cuda {

// Machine is a Device that also has `template <class Kernel, class Task> void launch(const Kernel&, const Grid&, const
// Task&)`.
template <class Machine>
class LaunchingDevice : public Device {
 public:
  void run(const CopyTask& task) override {
    const int width = width_of(task.x, task.y);
    by_format(task.x, [&]<class From>(From) {
      by_format(task.y, [&]<class To>(To) {
        if (width == vector_width)
          map<CopyKernel<From, To, vector_width>>(task.y, width, task);
        else
          map<CopyKernel<From, To, 1>>(task.y, width, task);
      });
    });
  }
  void run(const FillTask& task) override {
    by_format(task.y, [&]<class T>(T) { map<FillKernel<T>>(task.y, 1, task); });
  }
  void run(const ActivateTask& task) override {
    run_map(MapTask<ActivateFunction, 1>{{task.activation}, {task.x}, task.y});
  }
  void run(const ActivateBackwardTask& task) override {
    run_map_backward(MapBackwardTask<ActivateFunction, 1>{{task.activation}, {task.x}, task.dy, task.dx, 0});
  }
  void run(const GateTask& task) override {
    run_map(MapTask<GateFunction, 2>{{task.activation}, {task.u, task.g}, task.y});
  }
  void run(const GateBackwardTask& task) override {
    for (int k = 0; k < 2; ++k)
      if (const View& dx = k ? task.dg : task.du; dx.data)
        run_map_backward(MapBackwardTask<GateFunction, 2>{{task.activation}, {task.u, task.g}, task.dy, dx, k});
  }
  void run(const AddTask& task) override { run_map(MapTask<AddFunction, 2>{{}, {task.x, task.y}, task.z}); }
  void run(const DropoutTask& task) override {
    by_format(task.y, [&]<class T>(T) { map<DropoutKernel<T>>(task.y, 1, task); });
  }

  void run(const NormTask& task) override {
    const Grid grid{blocks(task.x.rows, norm_threads / warp_size), 1, norm_threads, 0};
    by_format_and_width(task.x, width_of(task.x, task.residual, task.y),
                        [&]<class T, int width>() { machine().launch(NormKernel<T, width>{}, grid, task); });
  }
  void run(const NormBackwardTask& task) override {
    const Grid grid{blocks(task.x.rows, norm_threads / warp_size), 1, norm_threads, 0};
    by_format_and_width(task.x, width_of(task.x, task.residual, task.dy, task.dz),
                        [&]<class T, int width>() { machine().launch(NormBackwardKernel<T, width>{}, grid, task); });
  }
  void run(const NormParametersTask& task) override {
    const Grid grid{blocks(task.x.rows, task.rows_per_part), blocks(task.x.cols, norm_threads), norm_threads, 0};
    by_format(task.x, [&]<class T>(T) { machine().launch(NormParametersKernel<T>{}, grid, task); });
  }

  void run(const EmbedTask& task) override {
    const int width = task.y.cols % vector_width == 0 ? width_of(task.y) : 1;
    by_format(task.y, [&]<class T>(T) {
      if (width == vector_width)
        map<EmbedKernel<T, vector_width>>(task.y, width, task);
      else
        map<EmbedKernel<T, 1>>(task.y, width, task);
    });
  }
  void run(const GatherTask& task) override {
    by_format_and_width(task.y, width_of(task.x, task.y),
                        [&]<class T, int width>() { map<GatherKernel<T, width>>(task.y, width, task); });
  }
  void run(const SumRowsTask& task) override {
    const Grid grid{task.parts, blocks(task.x.cols, row_threads), row_threads, 0};
    by_format(task.x, [&]<class From>(From) {
      by_format(task.y, [&]<class To>(To) { machine().launch(SumRowsKernel<From, To>{}, grid, task); });
    });
  }
  void run(const SumColumnsTask& task) override {
    const Grid grid{blocks(task.x.rows, task.rows_per_part), blocks(task.x.cols, row_threads), row_threads, 0};
    by_format(task.x, [&]<class T>(T) { machine().launch(SumColumnsKernel<T>{}, grid, task); });
  }
  void run(const PoolTask& task) override {
    const Grid grid{task.y.rows, blocks(task.y.cols, row_threads), row_threads, 0};
    by_format(task.x, [&]<class T>(T) { machine().launch(PoolKernel<T>{}, grid, task); });
  }
  void run(const PoolBackwardTask& task) override {
    const Grid grid{task.dy.rows, blocks(task.dy.cols, row_threads), row_threads, 0};
    by_format(task.dx, [&]<class T>(T) { machine().launch(PoolBackwardKernel<T>{}, grid, task); });
  }
  void run(const L2NormaliseTask& task) override {
    const Grid grid{blocks(task.x.rows, row_threads / warp_size), 1, row_threads, 0};
    by_format(task.x, [&]<class T>(T) { machine().launch(L2NormaliseKernel<T>{}, grid, task); });
  }
  void run(const L2NormaliseBackwardTask& task) override {
    const Grid grid{blocks(task.x.rows, row_threads / warp_size), 1, row_threads, 0};
    by_format(task.x, [&]<class T>(T) { machine().launch(L2NormaliseBackwardKernel<T>{}, grid, task); });
  }

  void run(const CrossEntropyTask& task) override {
    by_format(task.logits, [&]<class T>(T) {
      using Kernel = CrossEntropyRowsKernel<T>;
      machine().launch(Kernel{}, Grid{task.logits.rows, 1, loss_threads, Kernel::shared}, task);
    });
    machine().launch(CrossEntropyMeanKernel{}, Grid{1, 1, loss_threads, CrossEntropyMeanKernel::shared}, task);
  }
  void run(const CrossEntropyBackwardTask& task) override {
    by_format(task.dlogits, [&]<class T>(T) { map<CrossEntropyBackwardKernel<T>>(task.dlogits, 1, task); });
  }

  void run_forward(const AttentionTask& task) override {
    const Grid grid{task.tile_count, task.heads, 0, 0};
    if (uses_tensor_cores(task.q.format, task.relative)) {
      by_width_and_turns(task, [&]<int width, bool turns>() {
        using Shape = TensorAttention<width>;
        const bool aligned = aligned_heads(task, {task.q, task.k, task.v, task.out});
        machine().launch(TensorAttentionKernel<width, turns>{aligned},
                         Grid{grid.x, grid.y, Shape::threads, Shape::shared}, task);
      });
      return;
    }
    by_format_and_slices(task, [&]<class T, int slices>() {
      using P = PlainAttention;
      machine().launch(PlainAttentionKernel<T, slices>{},
                       Grid{grid.x, grid.y, P::threads, P::forward_shared(task.head_size)}, task);
    });
  }
  void run_backward(const AttentionTask& task) override {
    by_format(task.q, [&]<class T>(T) {
      using Kernel = AttentionDeltaKernel<T>;
      machine().launch(Kernel{}, Grid{blocks(task.out.rows * task.heads, Kernel::threads / warp_size), 1,
                                      Kernel::threads, 0},
                       task);
    });
    if (uses_tensor_cores(task.q.format, task.relative)) {
      by_width_and_turns(task, [&]<int width, bool turns>() {
        using Shape = TensorAttentionBackward<width>;
        const bool aligned = aligned_heads(task, {task.q, task.k, task.v, task.dout});
        if (task.dq.data)
          machine().launch(TensorAttentionBackwardKernel<width, false, turns>{aligned},
                           Grid{task.tile_count, task.heads, Shape::threads, Shape::shared}, task);
        if (task.dk.data || task.dv.data)
          machine().launch(TensorAttentionBackwardKernel<width, true, turns>{aligned},
                           Grid{task.tile_count, task.kv_heads, Shape::threads, Shape::shared}, task);
      });
      return;
    }
    by_format_and_slices(task, [&]<class T, int slices>() {
      using P = PlainAttention;
      const std::size_t shared = P::backward_shared(task.head_size);
      if (task.dq.data)
        machine().launch(PlainAttentionBackwardKernel<T, slices, false>{},
                         Grid{task.tile_count, task.heads, P::threads, shared}, task);
      if (task.dk.data || task.dv.data)
        machine().launch(PlainAttentionBackwardKernel<T, slices, true>{},
                         Grid{task.tile_count, task.kv_heads, P::threads, shared}, task);
      if (task.drelative) {
        using Kernel = RelativeBackwardKernel<T, slices>;
        machine().launch(Kernel{}, Grid{2 * task.longest - 1, 1, P::threads, Kernel::shared(task.head_size)}, task);
      }
    });
  }

 private:
  Machine& machine() { return static_cast<Machine&>(*this); }

  static std::int64_t blocks(std::int64_t items, std::int64_t per_block) { return (items + per_block - 1) / per_block; }

  // vector_width where packs of it tile the columns of all matrices and begin at multiples of 16 bytes, else 1.
  template <class... Views>
  static int width_of(const Views&... views) {
    const auto fits = [](const View& x) {
      return !x.data || (x.cols % vector_width == 0 && x.stride % vector_width == 0 &&
                         reinterpret_cast<std::uintptr_t>(x.data) % 16 == 0);
    };
    return (fits(views) && ...) ? vector_width : 1;
  }
  static bool aligned_heads(const AttentionTask& task, std::initializer_list<View> views) {
    bool aligned = task.head_size % chunk_elements == 0;
    for (const View& x : views)
      aligned &= x.stride % chunk_elements == 0 && reinterpret_cast<std::uintptr_t>(x.data) % 16 == 0;
    return aligned;
  }

  template <class F>
  static void by_format(const View& x, F&& f) {
    if (x.format == Format::f32)
      f(float{});
    else
      f(Bf16{});
  }
  template <class F>
  static void by_format_and_width(const View& x, int width, F&& f) {
    by_format(x, [&]<class T>(T) {
      if (width == vector_width)
        f.template operator()<T, vector_width>();
      else
        f.template operator()<T, 1>();
    });
  }
  template <class F>
  static void by_width_and_turns(const AttentionTask& task, F&& f) {
    const auto by_turns = [&]<int width>() {
      if (task.cosine)
        f.template operator()<width, true>();
      else
        f.template operator()<width, false>();
    };
    if (task.head_size <= 32)
      by_turns.template operator()<32>();
    else if (task.head_size <= 64)
      by_turns.template operator()<64>();
    else
      by_turns.template operator()<128>();
  }
  template <class F>
  static void by_format_and_slices(const AttentionTask& task, F&& f) {
    by_format(task.q, [&]<class T>(T) {
      if (task.head_size <= 32)
        f.template operator()<T, 1>();
      else if (task.head_size <= 64)
        f.template operator()<T, 2>();
      else
        f.template operator()<T, 4>();
    });
  }

  // One thread a pack of y's columns.
  template <class Kernel, class Task>
  void map(const View& y, int width, const Task& task) {
    machine().launch(Kernel{}, map_grid(y, width), task);
  }
  template <class F, int n>
  void run_map(const MapTask<F, n>& task) {
    int width = width_of(task.y);
    for (const View& x : task.in) width = width_of(x) == 1 ? 1 : width;
    by_format_and_width(task.y, width,
                        [&]<class T, int w>() { machine().launch(MapKernel<F, n, T, w>{}, map_grid(task.y, w), task); });
  }
  template <class F, int n>
  void run_map_backward(const MapBackwardTask<F, n>& task) {
    int width = width_of(task.dy, task.dx);
    for (const View& x : task.in) width = width_of(x) == 1 ? 1 : width;
    by_format_and_width(task.dx, width, [&]<class T, int w>() {
      machine().launch(MapBackwardKernel<F, n, T, w>{}, map_grid(task.dx, w), task);
    });
  }
};

}  // namespace encore::cuda
