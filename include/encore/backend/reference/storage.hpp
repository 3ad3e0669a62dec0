// SPDX-License-Identifier: Apache-2.0
// A parameter of the reference backend: plain rows.
#pragma once

#include <encore/backend/parameters.hpp>

namespace encore::reference {

template <class S>
class Storage {
 public:
  template <class ContextType>
  Storage(const ContextType&, const ParameterSpec& spec, StoreKind) : rows_(std::size_t(spec.shape.elements())) {}

  // [rows, cols], contiguous
  const S* rows() const { return rows_.data(); }
  S* rows() { return rows_.data(); }
  std::size_t bytes() const { return rows_.size() * sizeof(S); }

  template <class ContextType, class Write>
  void fill(const ContextType&, const ParameterSpec&, Write&& write) {
    write(std::span<S>(rows_.data(), rows_.size()));
  }
  std::vector<S> values(const ParameterSpec&) const { return {rows_.begin(), rows_.end()}; }

 private:
  AlignedBuffer<S> rows_;
};

}  // namespace encore::reference
