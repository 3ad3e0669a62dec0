// SPDX-License-Identifier: Apache-2.0
// A Device whose tasks become launches: the GPU and the emulator of the tests. Which kernel runs, and on how many
// blocks, is said in launch/*.hpp, once for both.
#pragma once

#include <encore/backend/cuda/launch/attention_plain.hpp>
#include <encore/backend/cuda/launch/attention_tensor.hpp>
#include <encore/backend/cuda/launch/elementwise.hpp>
#include <encore/backend/cuda/launch/rows.hpp>

namespace encore::cuda {

template <class Machine>
class LaunchingDevice : public Device {
 public:
  void run(const CopyTask& task) override { cuda::launch(machine_, task); }
  void run(const FillTask& task) override { cuda::launch(machine_, task); }
  void run(const ActivateTask& task) override { cuda::launch(machine_, task); }
  void run(const ActivateBackwardTask& task) override { cuda::launch(machine_, task); }
  void run(const GateTask& task) override { cuda::launch(machine_, task); }
  void run(const GateBackwardTask& task) override { cuda::launch(machine_, task); }
  void run(const AddTask& task) override { cuda::launch(machine_, task); }
  void run(const DropoutTask& task) override { cuda::launch(machine_, task); }
  void run(const NormTask& task) override { cuda::launch(machine_, task); }
  void run(const NormBackwardTask& task) override { cuda::launch(machine_, task); }
  void run(const NormParametersTask& task) override { cuda::launch(machine_, task); }
  void run(const EmbedTask& task) override { cuda::launch(machine_, task); }
  void run(const GatherTask& task) override { cuda::launch(machine_, task); }
  void run(const SumRowsTask& task) override { cuda::launch(machine_, task); }
  void run(const SumColumnsTask& task) override { cuda::launch(machine_, task); }
  void run(const RotateTask& task) override { cuda::launch(machine_, task); }
  void run(const ShiftTask& task) override { cuda::launch(machine_, task); }
  void run(const ScaleTask& task) override { cuda::launch(machine_, task); }
  void run(const ScaleBackwardTask& task) override { cuda::launch(machine_, task); }
  void run(const PoolTask& task) override { cuda::launch(machine_, task); }
  void run(const PoolBackwardTask& task) override { cuda::launch(machine_, task); }
  void run(const L2NormaliseTask& task) override { cuda::launch(machine_, task); }
  void run(const L2NormaliseBackwardTask& task) override { cuda::launch(machine_, task); }
  void run(const CrossEntropyTask& task) override { cuda::launch(machine_, task); }
  void run(const CrossEntropyBackwardTask& task) override { cuda::launch(machine_, task); }

  void run_forward(const AttentionTask& task) override {
    if (uses_tensor_cores(task.q.format, task.has_distances()))
      launch_tensor_forward(machine_, task);
    else
      launch_plain_forward(machine_, task);
  }
  void run_backward(const AttentionTask& task) override {
    launch_delta(machine_, task);
    if (uses_tensor_cores(task.q.format, task.has_distances()))
      launch_tensor_backward(machine_, task);
    else
      launch_plain_backward(machine_, task);
  }

 protected:
  explicit LaunchingDevice(Machine machine) : machine_(std::move(machine)) {}

  Machine machine_;
};

}  // namespace encore::cuda
