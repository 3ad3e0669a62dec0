// SPDX-License-Identifier: Apache-2.0
// Launches of bfloat16 attention on tensor cores.
#pragma once

#include <encore/backend/cuda/kernels/attention_tensor.hpp>
#include <encore/backend/cuda/kernels/attention_tensor_backward.hpp>
#include <encore/backend/cuda/launch/dispatch.hpp>

#include <initializer_list>

namespace encore::cuda {

template <class F>
void by_width_and_rotation(const AttentionTask& task, F&& f) {
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

// Heads of all matrices begin at multiples of 16 bytes.
inline bool aligned_heads(const AttentionTask& task, std::initializer_list<View> views) {
  bool aligned = task.head_size % chunk_elements == 0;
  for (const View& x : views)
    aligned &= x.stride % chunk_elements == 0 && reinterpret_cast<std::uintptr_t>(x.data) % 16 == 0;
  return aligned;
}

template <class Machine>
void launch_tensor_forward(Machine& machine, const AttentionTask& task) {
  by_width_and_rotation(task, [&]<int width, bool rotates>() {
    using Shape = TensorAttention<width>;
    const bool aligned = aligned_heads(task, {task.q, task.k, task.v, task.out});
    machine.launch(TensorAttentionKernel<width, rotates>{aligned},
                   Grid{task.tile_count, task.heads, Shape::threads, Shape::shared}, task);
  });
}

// delta is there already.
template <class Machine>
void launch_tensor_backward(Machine& machine, const AttentionTask& task) {
  by_width_and_rotation(task, [&]<int width, bool rotates>() {
    using Shape = TensorAttentionBackward<width>;
    const bool aligned = aligned_heads(task, {task.q, task.k, task.v, task.dout});
    if (task.dq.data)
      machine.launch(TensorAttentionBackwardKernel<width, false, rotates>{aligned},
                     Grid{task.tile_count, task.heads, Shape::threads, Shape::shared}, task);
    if (task.dk.data || task.dv.data)
      machine.launch(TensorAttentionBackwardKernel<width, true, rotates>{aligned},
                     Grid{task.tile_count, task.kv_heads, Shape::threads, Shape::shared}, task);
  });
}

}  // namespace encore::cuda
