// SPDX-License-Identifier: Apache-2.0
// Launches of kernels on whole rows: norms, lookups, sums, pooling, losses.
#pragma once

#include <encore/backend/cuda/kernels/loss.hpp>
#include <encore/backend/cuda/kernels/norm.hpp>
#include <encore/backend/cuda/kernels/rows.hpp>
#include <encore/backend/cuda/launch/dispatch.hpp>

namespace encore::cuda {

template <class Machine>
void launch(Machine& machine, const NormTask& task) {
  const Grid grid{blocks_for(task.x.rows, norm_threads / warp_size), 1, norm_threads, 0};
  by_format_and_width(task.x, width_of(task.x, task.residual, task.y),
                      [&]<class T, int width>() { machine.launch(NormKernel<T, width>{}, grid, task); });
}
template <class Machine>
void launch(Machine& machine, const NormBackwardTask& task) {
  const Grid grid{blocks_for(task.x.rows, norm_threads / warp_size), 1, norm_threads, 0};
  by_format_and_width(task.x, width_of(task.x, task.residual, task.dy, task.dz),
                      [&]<class T, int width>() { machine.launch(NormBackwardKernel<T, width>{}, grid, task); });
}
template <class Machine>
void launch(Machine& machine, const NormParametersTask& task) {
  const Grid grid{blocks_for(task.x.rows, task.rows_per_part), blocks_for(task.x.cols, norm_threads), norm_threads, 0};
  by_format(task.x, [&]<class T>(T) { machine.launch(NormParametersKernel<T>{}, grid, task); });
}

template <class Machine>
void launch(Machine& machine, const EmbedTask& task) {
  by_format_and_width(task.y, width_of(task.y), [&]<class T, int width>() {
    machine.launch(EmbedKernel<T, width>{}, map_grid(task.y, width), task);
  });
}
template <class Machine>
void launch(Machine& machine, const GatherTask& task) {
  by_format_and_width(task.y, width_of(task.x, task.y), [&]<class T, int width>() {
    machine.launch(GatherKernel<T, width>{}, map_grid(task.y, width), task);
  });
}
template <class Machine>
void launch(Machine& machine, const SumRowsTask& task) {
  const Grid grid{task.parts, blocks_for(task.x.cols, row_threads), row_threads, 0};
  by_format(task.x, [&]<class From>(From) {
    by_format(task.y, [&]<class To>(To) { machine.launch(SumRowsKernel<From, To>{}, grid, task); });
  });
}
template <class Machine>
void launch(Machine& machine, const SumColumnsTask& task) {
  const Grid grid{blocks_for(task.x.rows, task.rows_per_part), blocks_for(task.x.cols, row_threads), row_threads, 0};
  by_format(task.x, [&]<class T>(T) { machine.launch(SumColumnsKernel<T>{}, grid, task); });
}
template <class Machine>
void launch(Machine& machine, const RotateTask& task) {
  const Grid grid{task.sequences, blocks_for(task.x.cols, row_threads), row_threads, 0};
  by_format(task.x, [&]<class T>(T) { machine.launch(RotateKernel<T>{}, grid, task); });
}
template <class Machine>
void launch(Machine& machine, const ShiftTask& task) {
  const Grid grid{task.sequences, blocks_for(task.x.cols, row_threads), row_threads, 0};
  by_format(task.x, [&]<class T>(T) { machine.launch(ShiftKernel<T>{}, grid, task); });
}
template <class Machine>
void launch(Machine& machine, const ScaleTask& task) {
  by_format(task.y, [&]<class T>(T) { machine.launch(ScaleKernel<T>{}, map_grid(task.y, 1), task); });
}
template <class Machine>
void launch(Machine& machine, const ScaleBackwardTask& task) {
  const Grid grid{blocks_for(task.ds.rows * task.ds.cols, row_threads / warp_size), 1, row_threads, 0};
  by_format(task.ds, [&]<class T>(T) { machine.launch(ScaleBackwardKernel<T>{}, grid, task); });
}
template <class Machine>
void launch(Machine& machine, const PoolTask& task) {
  const Grid grid{task.y.rows, blocks_for(task.y.cols, row_threads), row_threads, 0};
  by_format(task.x, [&]<class T>(T) { machine.launch(PoolKernel<T>{}, grid, task); });
}
template <class Machine>
void launch(Machine& machine, const PoolBackwardTask& task) {
  const Grid grid{task.dy.rows, blocks_for(task.dy.cols, row_threads), row_threads, 0};
  by_format(task.dx, [&]<class T>(T) { machine.launch(PoolBackwardKernel<T>{}, grid, task); });
}
template <class Machine>
void launch(Machine& machine, const L2NormaliseTask& task) {
  const Grid grid{blocks_for(task.x.rows, row_threads / warp_size), 1, row_threads, 0};
  by_format(task.x, [&]<class T>(T) { machine.launch(L2NormaliseKernel<T>{}, grid, task); });
}
template <class Machine>
void launch(Machine& machine, const L2NormaliseBackwardTask& task) {
  const Grid grid{blocks_for(task.x.rows, row_threads / warp_size), 1, row_threads, 0};
  by_format(task.x, [&]<class T>(T) { machine.launch(L2NormaliseBackwardKernel<T>{}, grid, task); });
}

template <class Machine>
void launch(Machine& machine, const CrossEntropyTask& task) {
  by_format(task.logits, [&]<class T>(T) {
    using Kernel = CrossEntropyRowsKernel<T>;
    machine.launch(Kernel{}, Grid{task.logits.rows, 1, loss_threads, Kernel::shared}, task);
  });
  machine.launch(CrossEntropyMeanKernel{}, Grid{1, 1, loss_threads, CrossEntropyMeanKernel::shared}, task);
}
template <class Machine>
void launch(Machine& machine, const CrossEntropyBackwardTask& task) {
  by_format(task.dlogits,
            [&]<class T>(T) { machine.launch(CrossEntropyBackwardKernel<T>{}, map_grid(task.dlogits, 1), task); });
}

}  // namespace encore::cuda
