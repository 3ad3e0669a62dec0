// SPDX-License-Identifier: Apache-2.0
// A parameter of the CUDA backend: fp32 rows for what reads single rows and for training; for products the same rows in
// the format of the context, each row padded to whole packs.
#pragma once

#include <encore/backend/cuda/context.hpp>
#include <encore/backend/parameters.hpp>

namespace encore::cuda {

// Elements from a row to the next: whole packs, so that rows begin at multiples of 16 bytes.
inline std::int64_t row_stride(std::int64_t cols) { return (cols + 7) / 8 * 8; }

class Storage {
 public:
  Storage(Context<Cuda>& context, const ParameterSpec& spec, StoreKind kind)
      : device_(context.device()), format_(context.format()), elements_(spec.shape.elements()) {
    const bool product = (spec.reads_product || spec.shape.rank() == 1) && kind != StoreKind::gradients;
    if (spec.reads_rows || kind != StoreKind::inference) rows_ = zeros(std::size_t(elements_) * sizeof(float));
    if (product) {
      // A vector is the bias of a product: it keeps its one row.
      const bool vector = spec.shape.rank() == 1;
      product_ = {.rows = vector ? 1 : spec.rows(),
                  .cols = vector ? spec.rows() : spec.cols(),
                  .stride = row_stride(vector ? spec.rows() : spec.cols()),
                  .format = format_};
      if (format_ == Format::f32 && rows_.size() && product_.stride == product_.cols) {
        product_.data = rows_.data();
      } else {
        product_memory_ = zeros(std::size_t(product_.rows * product_.stride) * size_of(format_));
        product_.data = product_memory_.data();
      }
    }
  }

  // [rows, cols] in fp32, contiguous; null where only products read it.
  const float* rows() const { return reinterpret_cast<const float*>(rows_.data()); }
  float* rows() { return reinterpret_cast<float*>(rows_.data()); }
  // The matrix of a product, or the bias of one.
  const View& product() const { return product_; }
  std::size_t bytes() const { return rows_.size() + product_memory_.size(); }

  template <class Write>
  void fill(Context<Cuda>& context, const ParameterSpec&, Write&& write) {
    std::vector<float> plain = filled_ ? values() : std::vector<float>(std::size_t(elements_));
    filled_ = true;
    write(std::span<float>(plain));
    const std::size_t bytes = plain.size() * sizeof(float);
    std::byte* const source = rows_.size() ? rows_.data() : context.scratch(bytes);
    device_->upload(source, plain.data(), bytes);
    if (product_memory_.size()) {
      const View contiguous{source, product_.rows, product_.cols, product_.cols, Format::f32};
      device_->run(CopyTask{.x = contiguous, .y = product_});
    }
    device_->synchronise();  // `plain` must outlive the copy
  }
  std::vector<float> values(const ParameterSpec&) const { return values(); }

 private:
  Buffer zeros(std::size_t bytes) const {
    Buffer buffer(device_, bytes);
    if (bytes) device_->clear(buffer.data(), bytes);
    return buffer;
  }
  std::vector<float> values() const {
    std::vector<float> plain(static_cast<std::size_t>(elements_));
    const std::size_t bytes = plain.size() * sizeof(float);
    if (rows_.size()) {
      device_->download(plain.data(), rows_.data(), bytes);
    } else {
      const Buffer contiguous(device_, bytes);
      device_->run(
          CopyTask{.x = product_, .y = {contiguous.data(), product_.rows, product_.cols, product_.cols, Format::f32}});
      device_->download(plain.data(), contiguous.data(), bytes);
    }
    return plain;
  }

  std::shared_ptr<Device> device_;
  Format format_;
  std::int64_t elements_;
  bool filled_ = false;  // zero until then: nothing to fetch
  Buffer rows_;
  View product_;
  Buffer product_memory_;
};

}  // namespace encore::cuda
