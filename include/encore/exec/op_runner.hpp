// SPDX-License-Identifier: Apache-2.0
// How an op is run on values: its shapes are checked, memory is found, it computes. Infer puts products off until it is
// known what is done to them, so that both are one kernel; Record puts each op on a tape and takes gradients back.
#pragma once

#include <encore/exec/value_store.hpp>
#include <encore/ops/elementwise.hpp>
#include <encore/ops/linear.hpp>

#include <algorithm>
#include <array>
#include <type_traits>
#include <vector>

namespace encore {

template <BackendTag B, Mode mode>
class OpRunner : public ValueStore<B, mode> {
  using Store = ValueStore<B, mode>;

 public:
  using Store::computing;
  using Store::recording;
  using typename Store::In;
  using typename Store::Out;
  using typename Store::Scalar;
  using typename Store::Value;

 protected:
  using Node = TapeNode<OpRunner>;
  using Store::at;
  using Store::environment;
  using Store::in;
  using Store::make;
  using Store::operand;
  using Store::out;
  using Store::slot;
  using Store::Store;

  // ---- one op

  template <class Op>
  Value run(const Op& o, std::span<const Value* const> in_values) {
    const std::size_t n = in_values.size();
    if (n > Node::max_inputs)
      throw ArgumentError(std::string(Op::name) + ": " + std::to_string(n) + " operands, at most " +
                          std::to_string(Node::max_inputs) + " are possible");
    std::array<Extent, Node::max_inputs> every;
    for (std::size_t i = 0; i < n; ++i) {
      force(*in_values[i]);
      every[i] = {slot(*in_values[i]).rows, in_values[i]->cols()};
    }
    const std::span<const Extent> extents(every.data(), n);
    const ParameterId sections = this->template sections_after<Op>(in_values);
    const Extent size = o.template output<B>(environment(), extents);
    if (mixes_elements<Op>(in_values)) return run_on_activations(o, in_values);
    Value y = make(size.rows, size.cols, sections, element_of<Op>(in_values));
    if constexpr (requires { o.weight; }) slot(y).weight = o.weight;
    Value saved;
    if constexpr (recording && requires { o.template saved<B>(environment(), extents); }) {
      const Extent kept = o.template saved<B>(environment(), extents);
      saved = make(kept.rows, kept.cols, {}, Element::statistic);
    }
    std::array<In, Node::max_inputs> views;
    for (std::size_t i = 0; i < n; ++i) views[i] = in(*in_values[i]);
    compute(o, extents, std::span<const In>(views.data(), n), out(y), saved ? out(saved) : Out{});
    if constexpr (recording) {
      Node node;
      node.backward = &run_backward<Op>;
      for (std::size_t i = 0; i < n; ++i) node.inputs[i] = operand(*in_values[i]);
      node.input_count = n;
      node.output = operand(y).slot;
      if (saved) node.saved = operand(saved);
      node.store(o);
      tape_.push_back(node);
    }
    return y;
  }
  // x becomes the op of x.
  template <class Op>
  void run_in_place(const Op& o, const Value& x) {
    this->check_one_section(Op::name, x);
    const std::array extents{Extent{x.rows(), x.cols()}};
    o.template output<B>(environment(), extents);
    const std::array views{in(x)};
    compute(o, std::span<const Extent>(extents), std::span<const In>(views), out(x), {});
  }

  // ---- products put off

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

  // ---- the way back

  // Adds dy to the gradient of y and walks the tape from its end. Once only: parameters' gradients would add twice.
  void walk_back(const Value& y, MatrixView<const Scalar> dy) {
    if (walked_back_) throw ArgumentError("backward: this tape was walked back already; record another pass");
    gradients_.assign(this->slot_count(), nullptr);
    walked_back_ = true;
    bool fresh = false;
    environment().kernels.write(dy, gradient_at(operand(y), fresh));
    for (auto node = tape_.rbegin(); node != tape_.rend(); ++node)
      if (gradients_[std::size_t(node->output)]) node->backward(*this, *node);
  }
  // Whether the walk came by x.
  bool has_gradient(const Value& x) const {
    const auto index = std::size_t(operand(x).slot);
    return index < gradients_.size() && gradients_[index];
  }
  // The gradient of an operand. fresh: nothing is in it and it covers its value whole, so it may be assigned.
  Out gradient_at(const Operand& x, bool& fresh) {
    const Slot& s = slot(x.slot);
    std::byte*& gradient = gradients_[std::size_t(x.slot)];
    fresh = false;
    if (!gradient) {
      gradient = this->take(s.bytes);
      fresh = x.column == 0 && x.cols == s.cols;
      if (!fresh) environment().kernels.fill(at(gradient, s, 0, s.cols), Scalar(0));
    }
    return at(gradient, s, x.column, x.cols);
  }

  double flops_ = 0;

 private:
  // Statistics stay statistics as long as ops go element by element.
  template <class Op>
  Element element_of(std::span<const Value* const> in_values) const {
    if constexpr (requires { Op::element; }) return Op::element;
    if constexpr (requires { Op::elementwise; })
      if (all_statistics(in_values)) return Element::statistic;
    return Element::activation;
  }
  bool all_statistics(std::span<const Value* const> in_values) const {
    return std::all_of(in_values.begin(), in_values.end(),
                       [&](const Value* x) { return slot(*x).element == Element::statistic; });
  }
  // Whether the op would read statistics in the format of activations, where the two differ.
  template <class Op>
  bool mixes_elements(std::span<const Value* const> in_values) const {
    if constexpr (std::is_same_v<Op, op::AsActivation>) return false;
    if (environment().kernels.element_bytes(Element::activation) ==
        environment().kernels.element_bytes(Element::statistic))
      return false;
    if constexpr (requires { Op::elementwise; })
      if (all_statistics(in_values)) return false;
    return std::any_of(in_values.begin(), in_values.end(),
                       [&](const Value* x) { return slot(*x).element == Element::statistic; });
  }
  template <class Op>
  Value run_on_activations(const Op& o, std::span<const Value* const> in_values) {
    std::array<Value, Node::max_inputs> converted;
    std::array<const Value*, Node::max_inputs> operands{};
    for (std::size_t i = 0; i < in_values.size(); ++i) {
      operands[i] = in_values[i];
      if (slot(*in_values[i]).element != Element::statistic) continue;
      converted[i] = run(op::AsActivation{}, std::span<const Value* const>(&in_values[i], 1));
      operands[i] = &converted[i];
    }
    return run(o, std::span<const Value* const>(operands.data(), in_values.size()));
  }
  static Operand source_of(const Slot& s) { return {s.source, s.source_column, s.source_columns}; }

  template <class Op>
  void compute(const Op& o, std::span<const Extent> extents, std::span<const In> views, Out y, Out saved) {
    if (y.rows == 0) return;  // no kernel is asked for no rows
    flops_ += o.template flops<B>(environment(), extents);
    std::size_t bytes = 0;
    if constexpr (requires { o.template scratch<B>(environment(), extents); })
      bytes = o.template scratch<B>(environment(), extents);
    std::size_t offset = 0;
    std::byte* scratch = this->allocate_bytes(bytes, offset);
    if constexpr (computing) o.template forward<B>(environment(), views, y, saved, scratch);
    this->give_bytes(bytes, offset);
  }
  template <class Op>
  static void run_backward(OpRunner& runner, const Node& node) {
    runner.backward_of(node.template load<Op>(), node);
  }
  template <class Op>
  void backward_of(const Op& o, const Node& node) {
    std::array<In, Node::max_inputs> inputs;
    std::array<Out, Node::max_inputs> targets;
    std::array<Out, Node::max_inputs> sums;  // where a gradient that is there already must be added to
    for (std::size_t i = 0; i < node.input_count; ++i) {
      const Operand& x = node.inputs[i];
      inputs[i] = at(x);
      bool fresh = false;
      const Out gradient = gradient_at(x, fresh);
      if (fresh) {
        targets[i] = gradient;
        continue;
      }
      sums[i] = gradient;
      targets[i] = at(this->take(slot(x.slot).bytes), slot(x.slot), x.column, x.cols);
    }
    const Slot& y = slot(node.output);
    if (y.rows == 0) {  // what has no rows says nothing about its operands
      for (std::size_t i = 0; i < node.input_count; ++i)
        if (!sums[i].data) environment().kernels.fill(targets[i], Scalar(0));
      return;
    }
    const Out dy = at(gradients_[std::size_t(node.output)], y, 0, y.cols);
    o.template backward<B>(environment(), std::span<const In>(inputs.data(), node.input_count),
                           at({node.output, 0, y.cols}), node.saved.slot >= 0 ? at(node.saved) : Out{}, dy,
                           std::span<const Out>(targets.data(), node.input_count));
    for (std::size_t i = 0; i < node.input_count; ++i)
      if (sums[i].data) environment().kernels.add(sums[i], targets[i], sums[i]);
  }

  std::vector<Node> tape_;             // Record
  std::vector<std::byte*> gradients_;  // of each slot, once there is one
  bool walked_back_ = false;
};

}  // namespace encore
