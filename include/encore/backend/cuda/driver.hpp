// SPDX-License-Identifier: Apache-2.0
// The CUDA backend's kernels as ops see them: checks what only the host can check, says it to the device as tasks. No
// rounding point depends on the executor: a product's activation and residual are separate steps here, forward and
// recording alike.
#pragma once

#include <encore/backend/attention_plan.hpp>
#include <encore/backend/cuda/kernels/map.hpp>
#include <encore/backend/cuda/row_groups.hpp>
#include <encore/backend/cuda/storage.hpp>
#include <encore/backend/cuda/tiling.hpp>
#include <encore/backend/reference/rotate_by_length.hpp>

#include <array>
#include <span>
#include <string>

namespace encore {

template <>
struct backend_traits<Cuda> {
  using Scalar = float;
  using Storage = cuda::Storage;
  using In = cuda::View;
  using Out = cuda::View;
  static constexpr std::string_view name = "cuda";
};

namespace cuda {
// What Device::launch takes for a kernel of the caller's own. gpu_block.cuh defines it for nvcc, the tests' emulator for
// other compilers.
template <class Kernel, class Task>
struct KernelEntry;
}  // namespace cuda

template <>
class Kernels<Cuda> {
 public:
  using In = cuda::View;
  using Out = cuda::View;

  explicit Kernels(const Context<Cuda>& context) : context_(&context), device_(*context.device()) {}

  // ---- memory
  cuda::Buffer block(std::size_t bytes) const {
    constexpr std::size_t least = std::size_t{32} << 20;
    return {context_->device(), bytes > least ? bytes : least};
  }
  std::size_t element_bytes(Element element) const { return cuda::size_of(format_of(element)); }
  Out place(std::byte* data, Element element, std::int64_t column, std::int64_t rows, std::int64_t cols,
            std::int64_t stride) const {
    const cuda::View whole{data, rows, cols, stride, format_of(element)};
    return whole.columns(column, cols);
  }
  std::int64_t stride(std::int64_t cols) const { return cuda::row_stride(cols); }
  std::int64_t product_columns(const ParameterSpec& spec) const { return spec.rows(); }
  std::int64_t section_column(const ParameterSpec& spec, std::size_t section) const {
    std::int64_t column = 0;
    for (std::size_t s = 0; s < section; ++s) column += spec.sections[s].rows;
    return column;
  }
  static constexpr bool adds_residual = false;

  // A pass begins: what the last one sent and fetched is forgotten.
  void begin(const Segments& segments) const {
    device_.synchronise();
    context_->uploads().reset();
    context_->downloads().reset();
    Context<Cuda>::Pass& pass = context_->pass();
    pass.tiles.clear();
    pass.offsets = upload(std::span(segments.offsets(), std::size_t(segments.count()) + 1)).data;
  }
  Indices upload(std::span<const std::int32_t> values) const {
    const cuda::TransferMemory::Piece piece = send(std::as_bytes(values));
    return {reinterpret_cast<const std::int32_t*>(piece.device), std::int64_t(values.size()),
            reinterpret_cast<const std::int32_t*>(piece.host)};
  }
  void write(MatrixView<const float> host, Out y) const {
    if (host.rows == 0 || host.cols == 0) return;
    const cuda::TransferMemory::Piece piece =
        context_->uploads().take(std::size_t(host.rows * host.cols) * sizeof(float));
    for (std::int64_t r = 0; r < host.rows; ++r)
      std::memcpy(piece.host + std::size_t(r * host.cols) * sizeof(float), host.row(r),
                  std::size_t(host.cols) * sizeof(float));
    device_.upload(piece.device, piece.host, std::size_t(host.rows * host.cols) * sizeof(float));
    device_.run(cuda::CopyTask{.x = {piece.device, host.rows, host.cols, host.cols, cuda::Format::f32}, .y = y});
  }
  // Waits for the device.
  MatrixView<const float> read(In x) const {
    const std::size_t bytes = std::size_t(x.rows * x.cols) * sizeof(float);
    std::byte* const host = context_->downloads().take(bytes).host;
    if (bytes) {
      const cuda::View contiguous{context_->scratch(bytes), x.rows, x.cols, x.cols, cuda::Format::f32};
      device_.run(cuda::CopyTask{.x = x, .y = contiguous});
      device_.download(host, contiguous.data, bytes);
    }
    return {reinterpret_cast<const float*>(host), x.rows, x.cols, x.cols};
  }

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

  // ---- attention
  // Throws UnsupportedError for what its kernels cannot do, before anything runs.
  static void check_attention(const AttentionPlan<float>& plan) {
    if (plan.head_size > max_head_size)
      throw UnsupportedError("attention: head size " + std::to_string(plan.head_size) +
                             " is not supported by the cuda backend; it takes up to " + std::to_string(max_head_size));
    if (plan.softcap > 0 || plan.weights != AttentionWeights::softmax || plan.terms.sinks || plan.terms.decay)
      throw UnsupportedError(
          "attention: the cuda backend has no softcap, sigmoid weights, sinks or decay by distance; the cpu backend "
          "has");
  }
  std::size_t attention_scratch(const AttentionPlan<float>&, const Segments&) const { return 0; }
  void attention(const AttentionPlan<float>& plan, const Segments& segments, std::span<const In> in,
                 const AttentionDistances<In>& distances, Out out, Out log_sum, std::byte*) const {
    cuda::AttentionTask task = attention_task(plan, in, distances);
    task.out = out;
    task.log_sum = log_sum;
    cut(segments, cuda::forward_tile_rows(cuda::uses_tensor_cores(task.q.format, task.has_distances()), plan.head_size),
        task);
    device_.run_forward(task);
  }
  void attention_backward(const AttentionPlan<float>& plan, const Segments& segments, std::span<const In> in,
                          const AttentionDistances<In>& distances, In out, In log_sum, In dout, std::span<const Out> dx,
                          const AttentionDistances<Out>& ddistances) const {
    cuda::AttentionTask task = attention_task(plan, in, distances);
    task.out = out;
    task.log_sum = log_sum;
    task.dout = dout;
    task.dq = dx[0];
    task.dk = dx[1];
    task.dv = dx[2];
    task.delta = floats(in[0].rows, plan.heads);
    task.dterms = ddistances.each([&](const Out& gradient) {
      if (gradient.data) fill(gradient, 0);  // distances that no sequence has
      return gradient;
    });
    task.sequences = std::int32_t(segments.count());
    task.longest = std::int32_t(segments.longest());
    cut(segments, cuda::backward_tile_rows, task);
    device_.run_backward(task);
  }

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
  static constexpr std::int64_t rows_per_part = 64;  // of sums over rows that are made in two steps
  static constexpr std::int64_t max_head_size = 128;

  cuda::Format format_of(Element element) const {
    return element == Element::activation ? context_->format() : cuda::Format::f32;
  }
  static std::int64_t parts_of(std::int64_t rows) { return (rows + rows_per_part - 1) / rows_per_part; }
  cuda::View floats(std::int64_t rows, std::int64_t cols) const {
    return {context_->scratch(std::size_t(rows * cols) * sizeof(float)), rows, cols, cols, cuda::Format::f32};
  }
  cuda::TransferMemory::Piece send(std::span<const std::byte> bytes) const {
    const cuda::TransferMemory::Piece piece = context_->uploads().take(bytes.size());
    if (bytes.empty()) return piece;
    std::memcpy(piece.host, bytes.data(), bytes.size());
    device_.upload(piece.device, piece.host, bytes.size());
    return piece;
  }
  template <class T>
  const T* send(const std::vector<T>& values) const {
    return reinterpret_cast<const T*>(send(std::as_bytes(std::span(values))).device);
  }
  // Raw pointers of the host would be read by the GPU.
  static void check(const Indices& indices) {
    if (!indices.host && indices.size) throw ArgumentError("indices for the cuda backend come from Executor::indices");
  }
  static std::int64_t counted(const Indices& targets) {
    std::int64_t count = 0;
    for (std::int64_t n = 0; n < targets.size; ++n) count += targets.host[n] >= 0;
    return count;
  }

  // target [cols] += sum over rows of x.
  void sum_columns(In x, float* target) const {
    const cuda::View partial = floats(parts_of(x.rows), x.cols);
    device_.run(cuda::SumColumnsTask{.x = x, .y = partial, .rows_per_part = rows_per_part});
    add_columns(partial, target);
  }
  void add_columns(In partial, float* target) const {
    device_.run(cuda::SumColumnsTask{.x = partial,
                                     .y = {target, 1, partial.cols, partial.cols, cuda::Format::f32},
                                     .rows_per_part = partial.rows,
                                     .add = true});
  }
  // y[indices[n] + offset] (+)= x[n], each row's sum in order of n.
  void sum_groups(const Indices& indices, std::int64_t offset, In x, Out y, bool add) const {
    if (!indices.size) return;
    const cuda::RowGroups groups(std::span(indices.host, std::size_t(indices.size)), offset);
    cuda::SumRowsTask task{.x = x, .y = y, .order = send(groups.order), .add = add};
    if (groups.parts() == groups.count()) {
      task.begins = send(groups.part_begins);
      task.target = send(groups.targets);
      task.parts = groups.parts();
      device_.run(task);
      return;
    }
    cuda::SumRowsTask first = task;
    first.y = floats(groups.parts(), x.cols);
    first.begins = send(groups.part_begins);
    first.parts = groups.parts();
    first.add = false;
    device_.run(first);
    task.x = first.y;
    task.order = nullptr;
    task.begins = send(groups.group_begins);
    task.target = send(groups.targets);
    task.parts = groups.count();
    device_.run(task);
  }

  cuda::AttentionTask attention_task(const AttentionPlan<float>& plan, std::span<const In> in,
                                     const AttentionDistances<In>& distances) const {
    cuda::AttentionTask task{plan.converted<std::int32_t, float>([](const float* table) { return table; })};
    if (!task.cosine) task.rotary = 0;
    task.q = in[0];
    task.k = in[1];
    task.v = in[2];
    task.offsets = context_->pass().offsets;
    task.terms = distances;
    return task;
  }
  void cut(const Segments& segments, int rows, cuda::AttentionTask& task) const {
    Context<Cuda>::Pass& pass = context_->pass();
    for (const auto& tiles : pass.tiles) {
      if (tiles.rows != rows) continue;
      task.tiles = tiles.data;
      task.tile_count = tiles.count;
      return;
    }
    pass.cut.clear();
    cuda::cut_attention(segments, rows, pass.cut);
    task.tiles = send(pass.cut);
    task.tile_count = std::int64_t(pass.cut.size());
    pass.tiles.push_back({rows, task.tiles, task.tile_count});
  }

  const Context<Cuda>* context_;
  cuda::Device& device_;
};

}  // namespace encore
