// SPDX-License-Identifier: Apache-2.0
// The numbers of a model on a backend: one store for weights, another of the same layout for gradients. A layer holds
// ParameterIds; which numbers they mean is decided by the store an executor is given.
#pragma once

#include <encore/backend/backend.hpp>

#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace encore {

// What a store is for. inference: weights in the form that products read fastest, plain rows only where rows are read.
// training: plain rows of everything, products' form beside them. gradients: plain rows of everything, zero at first.
enum class StoreKind : std::uint8_t { inference, training, gradients };

template <class B>
class Parameters {
 public:
  using Scalar = scalar_t<B>;
  using Storage = typename backend_traits<B>::Storage;

  // All zero, constants computed.
  Parameters(Context<B>& context, std::shared_ptr<const ParameterLayout> layout, StoreKind kind)
      : layout_(std::move(layout)), kind_(kind) {
    storage_.reserve(layout_->size());
    for (const ParameterSpec& spec : *layout_) storage_.emplace_back(context, spec, kind);
    if (kind == StoreKind::gradients) return;
    for (std::size_t i = 0; i < layout_->size(); ++i) {
      const ParameterId id{std::int32_t(i)};
      const ParameterSpec& spec = (*layout_)[id];
      if (!spec.constant || spec.derived) continue;
      fill(context, id, [&](std::span<Scalar> rows) {
        for (std::int64_t r = 0; r < spec.rows(); ++r)
          for (std::int64_t c = 0; c < spec.cols(); ++c)
            rows[std::size_t(r * spec.cols() + c)] = Scalar(spec.constant(r, c));
      });
    }
  }

  // Names and shapes, whose order is that of the ids; and what the store is for.
  const ParameterLayout& layout() const { return *layout_; }
  const std::shared_ptr<const ParameterLayout>& shared_layout() const { return layout_; }
  StoreKind kind() const { return kind_; }
  // Whether derived parameters hold what the others say (models/prepare.hpp).
  bool prepared() const { return prepared_; }
  void set_prepared() { prepared_ = true; }
  // Both throw ArgumentError for an id of another layout.
  const Storage& operator[](ParameterId id) const { return storage_[layout_->place(id)]; }
  Storage& operator[](ParameterId id) { return storage_[layout_->place(id)]; }

  // Calls write(span) with room for the plain rows [rows * cols] of a parameter, zero or as they were, then brings them
  // into the form the backend keeps. Constants are refused by the callers that read files; here they are parameters
  // like any. What is derived from parameters no longer counts as prepared.
  template <class Write>
  void fill(Context<B>& context, ParameterId id, Write&& write) {
    if (!(*layout_)[id].derived) prepared_ = false;
    (*this)[id].fill(context, (*layout_)[id], std::forward<Write>(write));
  }
  // The plain rows of a parameter, unpacked if need be.
  std::vector<Scalar> values(ParameterId id) const { return (*this)[id].values((*layout_)[id]); }

  // A gradient store of the same layout.
  Parameters gradients(Context<B>& context) const { return {context, layout_, StoreKind::gradients}; }
  // Bytes held.
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Storage& storage : storage_) sum += storage.bytes();
    return sum;
  }

 private:
  std::shared_ptr<const ParameterLayout> layout_;
  StoreKind kind_;
  bool prepared_ = false;
  std::vector<Storage> storage_;
};

}  // namespace encore
