// SPDX-License-Identifier: Apache-2.0
// Launches of elementwise kernels.
#pragma once

#include <encore/backend/cuda/kernels/map.hpp>
#include <encore/backend/cuda/launch/dispatch.hpp>

namespace encore::cuda {

template <class Machine, class F, int n>
void launch_map(Machine& machine, const MapTask<F, n>& task) {
  int width = width_of(task.y);
  for (const View& x : task.in) width = width_of(x) == 1 ? 1 : width;
  by_format_and_width(task.y, width,
                      [&]<class T, int w>() { machine.launch(MapKernel<F, n, T, w>{}, map_grid(task.y, w), task); });
}
template <class Machine, class F, int n>
void launch_map_backward(Machine& machine, const MapBackwardTask<F, n>& task) {
  int width = width_of(task.dy, task.dx);
  for (const View& x : task.in) width = width_of(x) == 1 ? 1 : width;
  by_format_and_width(task.dx, width, [&]<class T, int w>() {
    machine.launch(MapBackwardKernel<F, n, T, w>{}, map_grid(task.dx, w), task);
  });
}

// Calls f with a functor for the activation: fixed where feed-forwards use it, else one that chooses.
template <template <class> class Fixed, class Any, class F>
void by_activation(Activation activation, F&& f) {
  switch (activation) {
    case Activation::gelu_erf: f(Fixed<activations::GeluErf>{}); break;
    case Activation::gelu_tanh: f(Fixed<activations::GeluTanh>{}); break;
    case Activation::silu: f(Fixed<activations::Silu>{}); break;
    default: f(Any{activation});
  }
}

template <class Machine>
void launch(Machine& machine, const ActivateTask& task) {
  by_activation<FixedActivateFunction, ActivateFunction>(task.activation, [&]<class F>(F f) {
    launch_map(machine, MapTask<F, 1>{f, {task.x}, task.y});
  });
}
template <class Machine>
void launch(Machine& machine, const ActivateBackwardTask& task) {
  by_activation<FixedActivateFunction, ActivateFunction>(task.activation, [&]<class F>(F f) {
    launch_map_backward(machine, MapBackwardTask<F, 1>{f, {task.x}, task.dy, task.dx, 0});
  });
}
template <class Machine>
void launch(Machine& machine, const GateTask& task) {
  by_activation<FixedGateFunction, GateFunction>(task.activation, [&]<class F>(F f) {
    launch_map(machine, MapTask<F, 2>{f, {task.u, task.g}, task.y});
  });
}
template <class Machine>
void launch(Machine& machine, const GateBackwardTask& task) {
  by_activation<FixedGateFunction, GateFunction>(task.activation, [&]<class F>(F f) {
    for (int k = 0; k < 2; ++k)
      if (const View& dx = k ? task.dg : task.du; dx.data)
        launch_map_backward(machine, MapBackwardTask<F, 2>{f, {task.u, task.g}, task.dy, dx, k});
  });
}
template <class Machine>
void launch(Machine& machine, const AddTask& task) {
  launch_map(machine, MapTask<AddFunction, 2>{{}, {task.x, task.y}, task.z});
}
template <class Machine>
void launch(Machine& machine, const CopyTask& task) {
  const int width = width_of(task.x, task.y);
  by_format(task.x, [&]<class From>(From) {
    by_format_and_width(task.y, width, [&]<class To, int w>() {
      machine.launch(CopyKernel<From, To, w>{}, map_grid(task.y, w), task);
    });
  });
}
template <class Machine>
void launch(Machine& machine, const FillTask& task) {
  by_format(task.y, [&]<class T>(T) { machine.launch(FillKernel<T>{}, map_grid(task.y, 1), task); });
}
template <class Machine>
void launch(Machine& machine, const DropoutTask& task) {
  by_format(task.y, [&]<class T>(T) { machine.launch(DropoutKernel<T>{}, map_grid(task.y, 1), task); });
}

}  // namespace encore::cuda
