// SPDX-License-Identifier: Apache-2.0
// How an op computes once its operands are there: its operations are counted, its scratch is found, its kernel runs.
#pragma once

#include <encore/exec/value_store.hpp>

#include <cstddef>
#include <span>

namespace encore {

template <BackendTag B, Mode mode>
class OpComputer : public ValueStore<B, mode> {
  using Store = ValueStore<B, mode>;

 public:
  // False for Count, which runs no kernel.
  using Store::computing;
  using typename Store::In;
  using typename Store::Out;

 protected:
  using Store::environment;
  using Store::Store;

  template <class Op>
  void compute(const Op& o, std::span<const Extent> extents, std::span<const In> views, Out y, Out saved) {
    if (y.rows == 0) return;  // no kernel is asked for no rows
    if constexpr (op::HasFlops<Op, B>) flops_ += o.template flops<B>(environment(), extents);
    std::size_t bytes = 0;
    if constexpr (requires { o.template scratch<B>(environment(), extents); })
      bytes = o.template scratch<B>(environment(), extents);
    std::size_t offset = 0;
    std::byte* scratch = this->allocate_bytes(bytes, offset);
    if constexpr (computing) o.template forward<B>(environment(), views, y, saved, scratch);
    this->give_bytes(bytes, offset);
  }

  double flops_ = 0;
};

}  // namespace encore
