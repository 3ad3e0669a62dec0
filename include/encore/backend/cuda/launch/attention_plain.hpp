// SPDX-License-Identifier: Apache-2.0
// Launches of attention in fp32 arithmetic.
#pragma once

#include <encore/backend/cuda/kernels/attention_delta.hpp>
#include <encore/backend/cuda/kernels/attention_distances_backward.hpp>
#include <encore/backend/cuda/kernels/attention_plain.hpp>
#include <encore/backend/cuda/kernels/attention_plain_backward.hpp>
#include <encore/backend/cuda/launch/dispatch.hpp>

namespace encore::cuda {

template <class F>
void by_format_and_slices(const AttentionTask& task, F&& f) {
  by_format(task.q, [&]<class T>(T) {
    if (task.head_size <= 32)
      f.template operator()<T, 1>();
    else if (task.head_size <= 64)
      f.template operator()<T, 2>();
    else
      f.template operator()<T, 4>();
  });
}

template <class Machine>
void launch_plain_forward(Machine& machine, const AttentionTask& task) {
  using P = PlainAttention;
  by_format_and_slices(task, [&]<class T, int slices>() {
    machine.launch(PlainAttentionKernel<T, slices>{},
                   Grid{task.tile_count, task.heads, P::threads, P::forward_shared(task.head_size)}, task);
  });
}

// delta is there already.
template <class Machine>
void launch_plain_backward(Machine& machine, const AttentionTask& task) {
  using P = PlainAttention;
  by_format_and_slices(task, [&]<class T, int slices>() {
    const std::size_t shared = P::backward_shared(task.head_size);
    if (task.dq.data)
      machine.launch(PlainAttentionBackwardKernel<T, slices, false>{},
                     Grid{task.tile_count, task.heads, P::threads, shared}, task);
    if (task.dk.data || task.dv.data)
      machine.launch(PlainAttentionBackwardKernel<T, slices, true>{},
                     Grid{task.tile_count, task.kv_heads, P::threads, shared}, task);
    using Distances = DistanceBackwardKernel<T, slices>;
    const auto launch_distances = [&](bool by_head, bool rows, bool numbers) {
      if (rows || numbers)
        machine.launch(
            Distances{by_head, rows, numbers},
            Grid{2 * task.longest - 1, by_head ? task.heads : 1, P::threads, Distances::shared(task.head_size)}, task);
    };
    const View& rows = task.dterms.to_query.data ? task.dterms.to_query : task.dterms.to_key;
    const bool own_rows = rows.data && rows.cols != task.head_size;
    launch_distances(true, own_rows, task.dterms.bias.data != nullptr);
    launch_distances(false, rows.data && !own_rows, false);
  });
}

template <class Machine>
void launch_delta(Machine& machine, const AttentionTask& task) {
  by_format(task.q, [&]<class T>(T) {
    using Kernel = AttentionDeltaKernel<T>;
    machine.launch(Kernel{},
                   Grid{blocks_for(task.out.rows * task.heads, Kernel::threads / warp_size), 1, Kernel::threads, 0},
                   task);
  });
}

}  // namespace encore::cuda
