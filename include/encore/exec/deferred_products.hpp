// SPDX-License-Identifier: Apache-2.0
// Products put off until it is known what is done to them, so that both are one kernel: Infer's. Rounding points belong to
// ops, so this moves no bit (docs/design.md).
#pragma once

#include <encore/exec/tape.hpp>
#include <encore/ops/elementwise.hpp>
#include <encore/ops/linear.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace encore {

template <BackendTag B, Mode mode>
class DeferredProducts : public Tape<B, mode> {
  using Base = Tape<B, mode>;

 public:
  using Base::computing;
  using Base::recording;
  using typename Base::In;
  using typename Base::Out;
  using typename Base::Value;

 protected:
  using Base::at;
  using Base::Base;
  using Base::compute;
  using Base::environment;
  using Base::flops_;
  using Base::in;
  using Base::make;
  using Base::operand;
  using Base::out;
  using Base::slot;

  Value defer(const Value& x, const op::Linear& product) {
    const Value* const multiplied = &x;
    this->template sections_after<op::Linear>({&multiplied, 1});
    force(x);
    const std::array extents{Extent{x.rows(), x.cols()}};
    const Extent size = product.template output<B>(environment(), extents);
    Value y = this->describe(size.rows, size.cols, product.weight);
    this->retain(operand(x).slot);
    Slot& s = slot(y);
    s.bias = product.bias;
    s.source = operand(x).slot;
    s.source_column = operand(x).column;
    s.source_columns = operand(x).cols;
    s.deferred = true;
    return y;
  }
  // Computes a deferred product into rows of its own.
  void force(const Value& x) {
    if constexpr (recording) return;
    if (!slot(x).deferred) return;
    const Operand source = source_of(slot(x));
    Slot& s = slot(x);
    this->allocate(s);
    s.deferred = false;
    s.source = -1;
    const std::array extents{Extent{s.rows, source.cols}};
    const std::array<In, 1> views{at(source)};
    compute(op::Linear{.weight = s.weight, .bias = s.bias}, std::span<const Extent>(extents),
            std::span<const In>(views), at({operand(x).slot, 0, s.cols}), {});
    this->release(source.slot);
  }
  // A deferred product that can be computed together with what is done to it.
  bool absorbs(const Value& x) const { return slot(x).deferred && slot(x).references == 1 && this->whole(x); }
  // residual + activation(product), in one kernel.
  Value product_of(const Value& x, Activation activation, const Value* residual) {
    if (residual) {
      force(*residual);
      this->template sections_after<op::Add>(std::array{&x, residual});
    }
    const Slot s = slot(x);
    const op::Linear product{.weight = s.weight, .bias = s.bias, .activation = activation};
    std::array<Extent, 2> extents{Extent{s.rows, s.source_columns}, Extent{}};
    if (residual) extents[1] = {residual->rows(), residual->cols()};
    const std::size_t operands = residual ? 2 : 1;
    const std::span<const Extent> used(extents.data(), operands);
    const Extent size = product.template output<B>(environment(), used);
    Value y = make(size.rows, size.cols, s.weight);
    std::array<In, 2> views{at(source_of(s)), {}};
    if (residual) views[1] = in(*residual);
    compute(product, used, std::span<const In>(views.data(), operands), out(y), {});
    return y;
  }
  // All operands are columns of one deferred product that nobody else holds, at places the kernels can pair up.
  template <std::size_t n>
  bool fuses(const std::array<const Value*, n>& values, std::array<std::int64_t, n>& columns) const {
    const Operand& first = operand(*values[0]);
    if (!slot(first.slot).deferred) return false;
    for (std::size_t i = 0; i < n; ++i) {
      const Operand& x = operand(*values[i]);
      if (x.slot != first.slot || x.cols != first.cols) return false;
      columns[i] = x.column;
    }
    return environment().kernels.fuses_columns(environment().layout[slot(first.slot).weight], columns.data(), n,
                                               first.cols);
  }
  template <class Op, std::size_t n, class Kernel>
  Value fused_columns(const Op& o, const std::array<const Value*, n>& values, Kernel&& kernel) {
    const Slot s = slot(*values[0]);
    Value y = make(s.rows, values[0]->cols(), this->sections_of(*values[0]));
    std::array<Extent, n> extents;
    extents.fill({s.rows, values[0]->cols()});
    flops_ += o.template flops<B>(environment(), std::span<const Extent>(extents));
    const std::size_t bytes = environment().kernels.fused_scratch(s.rows, n);
    std::size_t offset = 0;
    std::byte* scratch = this->allocate_bytes(bytes, offset);
    flops_ += 2.0 * double(s.rows) * double(environment().layout[s.weight].shape.elements());
    if constexpr (computing) {
      const In x = at(source_of(s));
      const Out result = out(y);
      if (s.rows > 0) kernel(x, environment().weights(s.weight), environment().optional(s.bias), result, scratch);
    }
    this->give_bytes(bytes, offset);
    return y;
  }

 private:
  static Operand source_of(const Slot& s) { return {s.source, s.source_column, s.source_columns}; }
};

}  // namespace encore
