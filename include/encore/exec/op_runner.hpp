// SPDX-License-Identifier: Apache-2.0
// How an op is run on values: its shapes are checked, memory is found, it computes and, in Record, is put on the tape.
#pragma once

#include <encore/exec/deferred_products.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

namespace encore {

template <BackendTag B, Mode mode>
class OpRunner : public DeferredProducts<B, mode> {
  using Base = DeferredProducts<B, mode>;

 public:
  using Base::computing;
  using Base::recording;
  using typename Base::In;
  using typename Base::Out;
  using typename Base::Scalar;
  using typename Base::Value;

 protected:
  using Base::Base;
  using Base::compute;
  using Base::environment;
  using Base::force;
  using Base::in;
  using Base::make;
  using Base::out;
  using Base::slot;
  using typename Base::Node;

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
    for (std::size_t i = 0; i < views.size() && i < n; ++i)  // g++ 12 does not see the first from the check above
      views[i] = in(*in_values[i]);
    compute(o, extents, std::span<const In>(views.data(), n), out(y), saved ? out(saved) : Out{});
    if constexpr (recording) this->record(o, in_values, y, saved);
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
};

}  // namespace encore
