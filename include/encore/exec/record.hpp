// SPDX-License-Identifier: Apache-2.0
// Record runs a forward pass, keeps a tape and walks it backwards; Check is Record on the reference backend in double.
#pragma once

#include <encore/backend/reference.hpp>
#include <encore/exec/executor.hpp>

#include <type_traits>
#include <utility>

namespace encore {

// Whether a recorded pass is one of training, and what its masks are drawn from.
struct RecordOptions {
  bool training = false;   // dropout is on
  std::uint64_t seed = 0;  // of dropout masks
};

namespace detail {
// Before the executor, which refers to them.
struct KeptSegments {
  Segments kept;
};
}  // namespace detail

template <class B>
class Record : private detail::KeptSegments, public Executor<B, Mode::record> {
 public:
  using Base = Executor<B, Mode::record>;
  using typename Base::Scalar;
  using typename Base::Value;

  // gradients: where the gradients of the parameters are added (Parameters::gradients); null: only those of values are
  // wanted. The segments are copied; context and parameters outlive the record.
  Record(Context<B>& context, const Parameters<B>& parameters, Segments segments,
         std::type_identity_t<Parameters<B>>* gradients, RecordOptions options = {})
      : KeptSegments{std::move(segments)}, Base(context, parameters.layout(), kept, &parameters, gradients) {
    this->training_ = options.training;
    this->seed_ = options.seed;
  }

  // Gradients of sum(dy * y) with respect to everything recorded. Throws ArgumentError when it is called a second time,
  // and where the parameters are an inference store: their plain rows are gone.
  void backward(const Value& y, MatrixView<const Scalar> dy) {
    this->check_one_section("backward", y);
    if (dy.rows != y.rows() || dy.cols != y.cols())
      throw ShapeError("backward: value " + to_string(Extent{y.rows(), y.cols()}) + " and gradient " +
                       to_string(Extent{dy.rows, dy.cols}) + " differ");
    if (this->environment().parameters->kind() == StoreKind::inference)
      throw ArgumentError("backward: the parameters are an inference store; gradients need StoreKind::training");
    this->walk_back(y, dy);
  }
  // Of a [1, 1] loss.
  void backward(const Value& loss) {
    const Scalar one = 1;
    backward(loss, {&one, 1, 1, 1});
  }
  // d loss / d x after backward; null data where x did not matter.
  MatrixView<const Scalar> gradient(const Value& x) {
    this->check_one_section("gradient", x);
    if (!this->has_gradient(x)) return {};
    bool fresh = false;
    return this->environment().kernels.read(this->gradient_at(this->operand(x), fresh));
  }
};

// The executor of gradient checks.
using Check = Record<Reference<double>>;

}  // namespace encore
