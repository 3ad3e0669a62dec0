// SPDX-License-Identifier: Apache-2.0
// The CUDA backend's kernels as ops see them: checks what only the host can check, says it to the device as tasks. No
// rounding point depends on the executor: a product's activation and residual are separate steps here, forward and
// recording alike.
#pragma once

#include <encore/backend/cuda/attention.hpp>
#include <encore/backend/cuda/kernels/map.hpp>
#include <encore/backend/reference/rotate_by_length.hpp>

#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace encore {

namespace cuda {
// What Device::launch takes for a kernel of the caller's own. gpu_block.cuh defines it for nvcc, the tests' emulator for
// other compilers.
template <class Kernel, class Task>
struct KernelEntry;
}  // namespace cuda

template <>
class Kernels<Cuda> : public cuda::AttentionWork {
 public:
  using cuda::AttentionWork::AttentionWork;

  // ---- products
  void linear(In x, const cuda::Storage& w, const cuda::Storage* b, Activation activation, In residual, Out y) const {
    device_.multiply(
        cuda::GemmTask{.a = x, .b = w.product(), .c = y, .transpose_b = true, .bias = b ? b->product().data : nullptr});
    if (activation != Activation::identity) activate(activation, y, y);
    if (residual.data) add(residual, y, y);
  }
  void linear_backward(In x, const cuda::Storage& w, In dy, Out dx, cuda::Storage* dw, cuda::Storage* db) const {
    if (dx.data) device_.multiply(cuda::GemmTask{.a = dy, .b = w.product(), .c = dx});
    if (dw)
      device_.multiply(cuda::GemmTask{.a = dy,
                                      .b = x,
                                      .c = {dw->rows(), dy.cols, x.cols, x.cols, cuda::Format::f32},
                                      .transpose_a = true,
                                      .accumulate = true});
    if (db) sum_columns(dy, db->rows());
  }

  // ---- norms
  void norm(NormKind kind, In x, In residual, const cuda::Storage* gain, const cuda::Storage* bias, double eps, Out y,
            Out statistics) const {
    device_.run(cuda::NormTask{.x = x,
                               .residual = residual,
                               .y = y,
                               .statistics = statistics,
                               .gain = gain ? gain->rows() : nullptr,
                               .bias = bias ? bias->rows() : nullptr,
                               .eps = float(eps),
                               .kind = kind});
  }
  void norm_backward(NormKind kind, In x, In residual, const cuda::Storage* gain, In statistics, In dy, Out dz,
                     cuda::Storage* dgain, cuda::Storage* dbias) const {
    if (dz.data)
      device_.run(cuda::NormBackwardTask{.x = x,
                                         .residual = residual,
                                         .statistics = statistics,
                                         .dy = dy,
                                         .dz = dz,
                                         .gain = gain ? gain->rows() : nullptr,
                                         .kind = kind});
    if (!dgain && !dbias) return;
    const std::int64_t parts = parts_of(x.rows);
    const cuda::View partial = floats(parts, 2 * x.cols);
    device_.run(cuda::NormParametersTask{.x = x,
                                         .residual = residual,
                                         .statistics = statistics,
                                         .dy = dy,
                                         .partial = partial,
                                         .rows_per_part = rows_per_part});
    if (dgain) add_columns(partial.columns(0, x.cols), dgain->rows());
    if (dbias) add_columns(partial.columns(x.cols, x.cols), dbias->rows());
  }

  // ---- elementwise
  template <class F, std::size_t n>
  void map(const F& f, const std::array<In, n>& in, Out y) const {
    using Task = cuda::MapTask<F, int(n)>;
    if constexpr (has_entry<cuda::MapKernel<F, int(n), float, 1>, Task>()) {
      Task task{f, {}, y};
      for (std::size_t i = 0; i < n; ++i) task.in[i] = in[i];
      const auto launch = [&]<class T>(T) {
        device_.launch(cuda::KernelEntry<cuda::MapKernel<F, int(n), T, 1>, Task>::get(), cuda::map_grid(y, 1), &task);
      };
      y.format == cuda::Format::f32 ? launch(float{}) : launch(cuda::Bf16{});
    }
  }
  template <class F, std::size_t n>
  void map_backward(const F& f, const std::array<In, n>& in, In dy, const std::array<Out, n>& dx) const {
    using Task = cuda::MapBackwardTask<F, int(n)>;
    if constexpr (has_entry<cuda::MapBackwardKernel<F, int(n), float, 1>, Task>()) {
      for (std::size_t k = 0; k < n; ++k) {
        if (!dx[k].data) continue;
        Task task{f, {}, dy, dx[k], int(k)};
        for (std::size_t i = 0; i < n; ++i) task.in[i] = in[i];
        const auto launch = [&]<class T>(T) {
          device_.launch(cuda::KernelEntry<cuda::MapBackwardKernel<F, int(n), T, 1>, Task>::get(),
                         cuda::map_grid(dy, 1), &task);
        };
        dy.format == cuda::Format::f32 ? launch(float{}) : launch(cuda::Bf16{});
      }
    }
  }
  void activate(Activation activation, In x, Out y) const { device_.run(cuda::ActivateTask{x, y, activation}); }
  void activate_backward(Activation activation, In x, In dy, Out dx) const {
    if (dx.data) device_.run(cuda::ActivateBackwardTask{x, dy, dx, activation});
  }
  void gate(Activation activation, In u, In g, Out y) const { device_.run(cuda::GateTask{u, g, y, activation}); }
  void gate_backward(Activation activation, In u, In g, In dy, Out du, Out dg) const {
    device_.run(cuda::GateBackwardTask{u, g, dy, du, dg, activation});
  }
  void add(In x, In y, Out z) const { device_.run(cuda::AddTask{x, y, z}); }
  void copy(In x, Out y) const { device_.run(cuda::CopyTask{x, y}); }
  void fill(Out y, float value) const { device_.run(cuda::FillTask{y, value}); }
  void dropout(In x, float p, RandomStream stream, Out y) const { device_.run(cuda::DropoutTask{x, y, p, stream}); }

  // ---- rows
  void embed(std::span<const LookupTerm<float>> terms, Out y) const {
    cuda::EmbedTask task{.y = y, .terms = int(terms.size())};
    for (std::size_t t = 0; t < terms.size(); ++t) {
      check(terms[t].indices);
      task.tables[t] = terms[t].table;
      task.indices[t] = terms[t].indices.data;
      task.offsets[t] = terms[t].offset;
    }
    device_.run(task);
  }
  void embed_backward(Indices indices, std::int64_t offset, In dy, cuda::Storage& dtable) const {
    sum_groups(indices, offset, dy, {dtable.rows(), 0, dy.cols, dy.cols, cuda::Format::f32}, true);
  }
  void gather_rows(In x, Indices indices, Out y) const {
    check(indices);
    device_.run(cuda::GatherTask{.x = x, .y = y, .rows = indices.data});
  }
  void gather_rows_backward(Indices indices, In dy, Out dx) const {
    fill(dx, 0);
    sum_groups(indices, 0, dy, dx, false);
  }
  void rotate(const AttentionPlan<float>& plan, const Segments& segments, bool back, In x, Out y) const {
    device_.run(cuda::RotateTask{.x = x,
                                 .y = y,
                                 .offsets = context_->pass().offsets,
                                 .cosine = plan.cosine,
                                 .sine = plan.sine,
                                 .head_size = std::int32_t(plan.head_size),
                                 .rotary = std::int32_t(plan.rotary),
                                 .sequences = std::int32_t(segments.count()),
                                 .interleaved = plan.interleaved,
                                 .back = back});
  }
  // The angles of every token are made on the host; the kernel reads them as positions of one sequence.
  void rotate_by_length(const LengthRotation& rotation, const Segments& segments, bool back, In x, Out y) const {
    const std::int64_t half = rotation.rotary / 2;
    std::vector<float> cosines(std::size_t(x.rows * half)), sines(cosines.size());
    reference::for_each_angle(rotation, segments, [&](std::int64_t n, std::int64_t i, double angle) {
      cosines[std::size_t(n * half + i)] = float(std::cos(angle));
      sines[std::size_t(n * half + i)] = float(std::sin(angle));
    });
    device_.run(cuda::RotateTask{.x = x,
                                 .y = y,
                                 .offsets = send(std::vector<std::int32_t>{0, std::int32_t(x.rows)}),
                                 .cosine = send(cosines),
                                 .sine = send(sines),
                                 .head_size = std::int32_t(rotation.head_size),
                                 .rotary = std::int32_t(rotation.rotary),
                                 .sequences = 1,
                                 .interleaved = rotation.interleaved,
                                 .back = back});
  }
  void scale(In x, In s, Out y) const { device_.run(cuda::ScaleTask{.x = x, .s = s, .y = y}); }
  void scale_backward(In x, In dy, Out ds) const { device_.run(cuda::ScaleBackwardTask{.x = x, .dy = dy, .ds = ds}); }
  void shift(std::int64_t by, const Segments& segments, In x, Out y) const {
    device_.run(cuda::ShiftTask{.x = x,
                                .y = y,
                                .offsets = context_->pass().offsets,
                                .by = std::int32_t(by),
                                .sequences = std::int32_t(segments.count())});
  }
  void pool(Pooling pooling, const Segments&, Indices firsts, In x, Out y) const {
    device_.run(
        cuda::PoolTask{.x = x, .y = y, .offsets = context_->pass().offsets, .firsts = firsts.data, .pooling = pooling});
  }
  void pool_backward(Pooling pooling, const Segments&, Indices firsts, In x, In dy, Out dx) const {
    device_.run(cuda::PoolBackwardTask{
        .x = x, .dy = dy, .dx = dx, .offsets = context_->pass().offsets, .firsts = firsts.data, .pooling = pooling});
  }
  void l2_normalise(In x, double eps, Out y) const { device_.run(cuda::L2NormaliseTask{x, y, float(eps)}); }
  void l2_normalise_backward(In x, double eps, In y, In dy, Out dx) const {
    device_.run(cuda::L2NormaliseBackwardTask{x, y, dy, dx, float(eps)});
  }

  // ---- loss
  void cross_entropy(In logits, Indices targets, Out loss, Out log_sums) const {
    check(targets);
    device_.run(cuda::CrossEntropyTask{.logits = logits,
                                       .loss = loss,
                                       .log_sums = log_sums,
                                       .targets = targets.data,
                                       .row_losses = floats(1, logits.rows).row<float>(0),
                                       .counted = counted(targets)});
  }
  void cross_entropy_backward(In logits, Indices targets, In log_sums, In dloss, Out dlogits) const {
    device_.run(cuda::CrossEntropyBackwardTask{.logits = logits,
                                               .log_sums = log_sums,
                                               .dloss = dloss,
                                               .dlogits = dlogits,
                                               .targets = targets.data,
                                               .counted = counted(targets)});
  }

 private:
  template <class Kernel, class Task>
  static constexpr bool has_entry() {
    constexpr bool known = requires { sizeof(cuda::KernelEntry<Kernel, Task>); };
    static_assert(known, "encore: a map functor runs on Cuda from a .cu file that includes encore/backend/cuda.cuh");
    return known;
  }
  static std::int64_t counted(const Indices& targets) {
    std::int64_t count = 0;
    for (std::int64_t n = 0; n < targets.size; ++n) count += targets.host[n] >= 0;
    return count;
  }
};

}  // namespace encore
