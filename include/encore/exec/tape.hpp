// SPDX-License-Identifier: Apache-2.0
// The way back: Record puts each op on a tape, walks it from its end and adds up gradients.
#pragma once

#include <encore/exec/op_computer.hpp>
#include <encore/exec/tape_node.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace encore {

// Empty in other modes.
template <BackendTag B, Mode mode>
class Tape : public OpComputer<B, mode> {
  using Base = OpComputer<B, mode>;

 public:
  using Base::recording;
  using typename Base::In;
  using typename Base::Out;
  using typename Base::Scalar;
  using typename Base::Value;

 protected:
  using Node = TapeNode<Tape>;
  using Base::at;
  using Base::Base;
  using Base::environment;
  using Base::operand;
  using Base::slot;

  // Appends an op that gave y; `saved` may be no value.
  template <class Op>
  void record(const Op& o, std::span<const Value* const> in_values, const Value& y, const Value& saved) {
    Node node;
    node.backward = &run_backward<Op>;
    for (std::size_t i = 0; i < in_values.size(); ++i) node.inputs[i] = operand(*in_values[i]);
    node.input_count = in_values.size();
    node.output = operand(y).slot;
    if (saved) node.saved = operand(saved);
    node.store(o);
    nodes_.push_back(node);
  }
  // Adds dy to the gradient of y and walks the tape from its end. Once only: parameters' gradients would add twice.
  void walk_back(const Value& y, MatrixView<const Scalar> dy) {
    if (walked_back_) throw ArgumentError("backward: this tape was walked back already; record another pass");
    gradients_.assign(this->slot_count(), nullptr);
    walked_back_ = true;
    bool fresh = false;
    environment().kernels.write(dy, gradient_at(operand(y), fresh));
    for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node)
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

 private:
  template <class Op>
  static void run_backward(Tape& tape, const Node& node) {
    tape.backward_of(node.template load<Op>(), node);
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
    const std::span<const In> operands(inputs.data(), node.input_count);
    const std::span<const Out> dx(targets.data(), node.input_count);
    const Out saved = node.saved.slot >= 0 ? at(node.saved) : Out{};
    if constexpr (op::HasBackward<Op, B>)
      o.template backward<B>(environment(), operands, at({node.output, 0, y.cols}), saved, dy, dx);
    else
      throw UnsupportedError(std::string(Op::name) + ": the op has no backward, and a gradient came to it");
    for (std::size_t i = 0; i < node.input_count; ++i)
      if (sums[i].data) environment().kernels.add(sums[i], targets[i], sums[i]);
  }

  std::vector<Node> nodes_;
  std::vector<std::byte*> gradients_;  // of each slot, once there is one
  bool walked_back_ = false;
};

}  // namespace encore
