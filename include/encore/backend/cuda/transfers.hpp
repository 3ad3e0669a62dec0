// SPDX-License-Identifier: Apache-2.0
// Where the CUDA backend keeps values, and their way to the device and back. What executors ask of Kernels<B> beside
// kernels.
#pragma once

#include <encore/backend/cuda/storage.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

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

class Transfers {
 public:
  using In = View;
  using Out = View;

  explicit Transfers(Context<Cuda>& context) : context_(&context), device_(*context.device()) {}

  Buffer block(std::size_t bytes) const {
    constexpr std::size_t least = std::size_t{32} << 20;
    return {context_->device(), bytes > least ? bytes : least};
  }
  std::size_t element_bytes(Element element) const { return size_of(format_of(element)); }
  Out place(std::byte* data, Element element, std::int64_t column, std::int64_t rows, std::int64_t cols,
            std::int64_t stride) const {
    const View whole{data, rows, cols, stride, format_of(element)};
    return whole.columns(column, cols);
  }
  std::int64_t stride(std::int64_t cols) const { return row_stride(cols); }
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
    const TransferMemory::Piece piece = send(std::as_bytes(values));
    return {reinterpret_cast<const std::int32_t*>(piece.device), std::int64_t(values.size()),
            reinterpret_cast<const std::int32_t*>(piece.host)};
  }
  void write(MatrixView<const float> host, Out y) const {
    if (host.rows == 0 || host.cols == 0) return;
    const TransferMemory::Piece piece = context_->uploads().take(std::size_t(host.rows * host.cols) * sizeof(float));
    for (std::int64_t r = 0; r < host.rows; ++r)
      std::memcpy(piece.host + std::size_t(r * host.cols) * sizeof(float), host.row(r),
                  std::size_t(host.cols) * sizeof(float));
    device_.upload(piece.device, piece.host, std::size_t(host.rows * host.cols) * sizeof(float));
    device_.run(CopyTask{.x = {piece.device, host.rows, host.cols, host.cols, Format::f32}, .y = y});
  }
  // Waits for the device.
  MatrixView<const float> read(In x) const {
    const std::size_t bytes = std::size_t(x.rows * x.cols) * sizeof(float);
    std::byte* const host = context_->downloads().take(bytes).host;
    if (bytes) {
      const View contiguous{context_->scratch(bytes), x.rows, x.cols, x.cols, Format::f32};
      device_.run(CopyTask{.x = x, .y = contiguous});
      device_.download(host, contiguous.data, bytes);
    }
    return {reinterpret_cast<const float*>(host), x.rows, x.cols, x.cols};
  }

 protected:
  Format format_of(Element element) const { return element == Element::activation ? context_->format() : Format::f32; }
  View floats(std::int64_t rows, std::int64_t cols) const {
    return {context_->scratch(std::size_t(rows * cols) * sizeof(float)), rows, cols, cols, Format::f32};
  }
  TransferMemory::Piece send(std::span<const std::byte> bytes) const {
    const TransferMemory::Piece piece = context_->uploads().take(bytes.size());
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

  Context<Cuda>* context_;
  Device& device_;
};

}  // namespace cuda
}  // namespace encore
