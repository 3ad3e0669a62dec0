// SPDX-License-Identifier: Apache-2.0
// What a layer may call. One class for all executors, so that they cannot drift apart: Infer runs ops at once on an
// arena and fuses deferred products; Record runs them and keeps a tape; Count runs the code of Infer dry.
#pragma once

#include <encore/exec/op_runner.hpp>
#include <encore/ops/attention.hpp>
#include <encore/ops/concat.hpp>
#include <encore/ops/constant_rows.hpp>
#include <encore/ops/drop_sequences.hpp>
#include <encore/ops/elementwise.hpp>
#include <encore/ops/embed.hpp>
#include <encore/ops/fourier.hpp>
#include <encore/ops/gather_rows.hpp>
#include <encore/ops/l2_normalise.hpp>
#include <encore/ops/linear.hpp>
#include <encore/ops/linear_attention.hpp>
#include <encore/ops/loss.hpp>
#include <encore/ops/norm.hpp>
#include <encore/ops/pool.hpp>
#include <encore/ops/rotate.hpp>
#include <encore/ops/rotate_by_length.hpp>
#include <encore/ops/scale.hpp>
#include <encore/ops/shift.hpp>
#include <encore/ops/weighted_pool.hpp>

#include <array>
#include <string_view>

namespace encore {

// Called with the rows of a tapped value: its name, its index (the layer), the numbers.
template <class S>
struct TapFunction {
  void* object = nullptr;
  void (*call)(void* object, std::string_view name, std::int64_t index, MatrixView<const S> rows) = nullptr;
};

template <BackendTag B, Mode mode>
class Executor : public OpRunner<B, mode> {
  using Base = OpRunner<B, mode>;

 public:
  using Base::computing;
  using Base::recording;
  using typename Base::Scalar;
  using typename Base::Value;
  // The backend computes map and gate of a product's columns together with the product.
  static constexpr bool fusing =
      !recording && requires(const Kernels<B>& kernels) { kernels.fused_scratch(std::int64_t{}, std::size_t{}); };

  // Whether derived parameters can be read in place of what they are computed from.
  bool prepared() const { return prepared_; }

  // ---- ops; contracts in ops/*.hpp

  // x W^T + b. Infer defers it: what consumes it decides how it is computed.
  Value linear(const Value& x, ParameterId weight, ParameterId bias = {}) {
    const op::Linear product{.weight = weight, .bias = bias};
    if constexpr (recording)
      return run(product, std::array{&x});
    else
      return defer(x, product);
  }
  // The sections of a product with several, or equal parts of anything else; no copy.
  template <std::size_t n = 2>
  std::array<Value, n> split(const Value& x) {
    std::array<Value, n> parts;
    const ParameterId weight = sections_of(x);
    if (weight && environment().layout[weight].sections.size() == n) {
      const ParameterSpec* product = &environment().layout[weight];
      for (std::size_t i = 0; i < n; ++i)
        parts[i] = part(x, environment().kernels.section_column(*product, i), product->sections[i].rows);
      return parts;
    }
    check_one_section("split", x);
    if (x.cols() % std::int64_t(n) != 0)
      throw ShapeError("split: " + to_string(Extent{x.rows(), x.cols()}) + " into " + std::to_string(n) +
                       " parts: columns do not divide");
    for (std::size_t i = 0; i < n; ++i)
      parts[i] = part(x, std::int64_t(i) * (x.cols() / std::int64_t(n)), x.cols() / std::int64_t(n));
    return parts;
  }
  // y = f(x1, .., xn), element by element, with f over scalars of any type: its derivatives are taken with dual numbers
  // (op::Map). On backends that fuse, f runs in the product's tile where an operand is a product put off.
  template <class F, class... Values>
  Value map(const F& f, const Value& first, const Values&... rest) {
    using Op = op::Map<F, 1 + sizeof...(rest)>;
    if constexpr (op::takes_scalars<F, Scalar, 1 + sizeof...(rest)>()) {
      const std::array<const Value*, 1 + sizeof...(rest)> in{&first, &rest...};
      if constexpr (fusing) {
        std::array<std::int64_t, in.size()> columns;
        if (fuses(in, columns))
          return fused_columns(
              Op{.f = f}, in, [&](auto&&... arguments) { environment().kernels.linear_map(f, columns, arguments...); });
      }
      return run(Op{.f = f}, in);
    } else {
      return first;  // refused by takes_scalars
    }
  }
  // activation(x).
  Value activate(Activation activation, const Value& x) {
    if (activation == Activation::identity) return x;
    if constexpr (!recording)
      if (absorbs(x)) return product_of(x, activation, nullptr);
    return run(op::Activate{.activation = activation}, std::array{&x});
  }
  // activation(u) * g
  Value gate(Activation activation, const Value& u, const Value& g) {
    const std::array in{&u, &g};
    if constexpr (fusing) {
      std::array<std::int64_t, 2> columns;
      if (fuses(in, columns))
        return fused_columns(op::Gate{.activation = activation}, in, [&](auto&&... arguments) {
          environment().kernels.linear_gate(activation, columns, arguments...);
        });
    }
    return run(op::Gate{.activation = activation}, in);
  }
  // x + y, of equal shapes. A product put off takes the other one as its residual.
  Value add(const Value& x, const Value& y) {
    if constexpr (!recording && Kernels<B>::adds_residual) {
      if (operand(x).slot != operand(y).slot) {
        if (absorbs(y)) return product_of(y, Activation::identity, &x);
        if (absorbs(x)) return product_of(x, Activation::identity, &y);
      }
    }
    return run(op::Add{}, std::array{&x, &y});
  }
  // x with each of s.cols() equal parts of its columns multiplied by a number of its row (or of the only row) of s.
  Value scale(const Value& x, const Value& s) { return run(op::Scale{}, std::array{&x, &s}); }
  Value norm(const op::Norm& norm, const Value& x) { return run(norm, std::array{&x}); }
  // norm(residual + x)
  Value residual_norm(const op::Norm& norm, const Value& residual, const Value& x) {
    if constexpr (!recording && Kernels<B>::adds_residual) {
      if (absorbs(x)) {
        check_one_section(op::Norm::name, residual);
        check_one_section(op::Norm::name, x);
        Value sum = add(residual, x);
        run_in_place(norm, sum);
        return sum;
      }
    }
    return run(norm, std::array{&x, &residual});
  }
  // Of q [N, H D], k and v [N, Hkv D] -> [N, H D], with what scores gain by distance (ops/attention.hpp).
  Value attention(const AttentionSpec& spec, const Value& q, const Value& k, const Value& v,
                  const AttentionDistances<Value>& distances = {}) {
    return run_attention(op::Attention{.spec = spec}, q, k, v, distances, nullptr);
  }
  // With a function of scores (score_function).
  template <class F, std::size_t n, class Numbers>
  Value attention(const AttentionSpec& spec, const Value& q, const Value& k, const Value& v,
                  const AttentionDistances<Value>& distances, const ScoreFunctor<F, n, Numbers>& score) {
    const Value* numbers = nullptr;
    if constexpr (n > 0) numbers = &score.numbers;
    return run_attention(op::ScoredAttention<F, n>{{.spec = spec}, score.f}, q, k, v, distances, numbers);
  }
  // Attention with the weights fq_i . fk_j, of features of queries and keys.
  Value linear_attention(std::int64_t heads, const Value& fq, const Value& fk, const Value& v) {
    return run(op::LinearAttention{.heads = heads}, std::array{&fq, &fk, &v});
  }
  // The real part of the Fourier transform of u - i w over the tokens of each sequence.
  Value fourier(const Value& u, const Value& w) { return run(op::Fourier{}, std::array{&u, &w}); }
  // Heads rotated as the spec rotates queries and keys.
  Value rotate(const AttentionSpec& spec, const Value& x) {
    return run(op::Rotate{.spec = spec, .computed = computed_tables(spec)}, std::array{&x});
  }
  // Heads rotated with a base that depends on the sequence's length (ops/rotate_by_length.hpp).
  Value rotate_by_length(const LengthRotation& rotation, const Value& x) {
    return run(op::RotateByLength{.rotation = rotation}, std::array{&x});
  }
  // The row `by` further on in the same sequence, or zeros.
  Value shift(const Value& x, std::int64_t by) { return run(op::Shift{.by = by}, std::array{&x}); }
  // Columns [first, first + count) of x; no copy.
  Value columns(const Value& x, std::int64_t first, std::int64_t count) {
    if (first < 0 || count < 1 || first + count > x.cols())
      throw ShapeError("columns: " + std::to_string(first) + " to " + std::to_string(first + count) + " of " +
                       to_string(Extent{x.rows(), x.cols()}));
    check_one_section("columns", x);
    return part(x, first, count);
  }
  // The sum of rows of several tables, one for each token: [N, E].
  Value embed(const op::Embed& embed) { return run(embed, std::array<const Value*, 0>{}); }
  // Rows of one table.
  Value embed(const EmbedTerm& term) { return embed(op::Embed{.terms = {term}, .count = 1}); }
  Value gather_rows(const Value& x, Indices rows) { return run(op::GatherRows{.indices = rows}, std::array{&x}); }
  // Of all rows of each sequence, or of those from the row in firsts on.
  Value pool(Pooling pooling, const Value& x, Indices firsts = {}) {
    return run(op::Pool{.pooling = pooling, .firsts = firsts}, std::array{&x});
  }
  // sum_n w_n x_n by sequence, w the softmax of the scores [N, 1] over it: [sequences, C].
  Value weighted_pool(const Value& x, const Value& scores) { return run(op::WeightedPool{}, std::array{&x, &scores}); }
  // Columns side by side, of operands with equal rows.
  template <class... Values>
  Value concat(const Value& first, const Values&... rest) {
    return run(op::Concat{}, std::array<const Value*, 1 + sizeof...(rest)>{&first, &rest...});
  }
  // An op of the caller's own on its operands, in their order: docs/ops.md has the contract. Throws what its `output`
  // throws.
  template <class Op, class... Values>
  Value op(const Op& o, const Value& first, const Values&... rest) {
    constexpr std::size_t n = 1 + sizeof...(rest);
    static_assert(n <= Base::Node::max_inputs, "encore: an op takes at most 8 operands");
    if constexpr (op::IsOp<Op, B>) return run(o, std::array<const Value*, n>{&first, &rest...});
    op::check_op<Op, B>();
    return first;
  }
  // Rows divided by their length, or by eps where that is more.
  Value l2_normalise(const Value& x, double eps = 1e-12) { return run(op::L2Normalise{.eps = eps}, std::array{&x}); }
  // The mean negative log-likelihood of the targets [N], in nats: [1, 1] (ops/loss.hpp).
  Value cross_entropy(const Value& logits, Indices targets) {
    return run(op::CrossEntropy{.targets = targets}, std::array{&logits});
  }
  // Identity unless recording for training with p > 0.
  Value dropout(const Value& x, float p) {
    if constexpr (recording) {
      if (training_ && p > 0) return run(op::Dropout{.p = p, .stream = {seed_, next_stream()}}, std::array{&x});
    }
    return x;
  }
  // The same, by whole sequences.
  Value drop_sequences(const Value& x, float p) {
    if constexpr (recording) {
      if (training_ && p > 0) return run(op::DropSequences{.p = p, .stream = {seed_, next_stream()}}, std::array{&x});
    }
    return x;
  }
  // x with no way back for gradients.
  Value stop_gradient(const Value& x) {
    if constexpr (!recording)
      return x;
    else {
      Value copy = make(x.rows(), x.cols(), {}, slot(x).element);
      environment().kernels.copy(this->in(x), out(copy));
      slot(copy).weight = sections_of(x);
      return copy;
    }
  }

  // ---- scopes and taps

  // Random numbers inside the scope are keyed by it and by how many draws and scopes were before: a description used
  // twelve times draws twelve masks, and an encoder run twice in one pass twice as many.
  class Scope {
   public:
    // What scope() returns: it lasts until this object dies.
    Scope(Executor& executor, std::int64_t step)
        : executor_(executor), outer_(executor.scope_), outer_draws_(executor.draws_ + 1) {
      executor.scope_ = scope_hash(scope_hash(outer_, outer_draws_), std::uint64_t(step));
      executor.draws_ = 0;
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() {
      executor_.scope_ = outer_;
      executor_.draws_ = outer_draws_;
    }

   private:
    Executor& executor_;
    std::uint64_t outer_;
    std::uint64_t outer_draws_;
  };
  // Opens a scope for the step of that number, of a layer as a rule.
  Scope scope(std::int64_t step) { return Scope(*this, step); }

  // Shows x to the observer, if there is one, without changing a bit.
  void tap(std::string_view name, std::int64_t index, const Value& x) {
    if (!observer_.call) return;
    check_one_section("tap", x);
    force(x);
    if constexpr (computing) observer_.call(observer_.object, name, index, view(x));
  }
  // Has the observer see what layers tap from now on, or nobody for {}.
  void observe(TapFunction<Scalar> observer) { observer_ = observer; }

  // ---- values in and out

  // A copy of caller's rows.
  Value input(MatrixView<const Scalar> rows) {
    Value value = make(rows.rows, rows.cols);
    if constexpr (computing) environment().kernels.write(rows, out(value));
    return value;
  }
  // The rows of a value where the host can read them; valid while a handle to it and the executor live.
  MatrixView<const Scalar> view(const Value& x) {
    check_one_section("view", x);
    force(x);
    if constexpr (computing)
      return environment().kernels.read(this->in(x));
    else
      return {nullptr, x.rows(), x.cols(), slot(x).stride};
  }

 protected:
  using Base::absorbs;
  using Base::Base;
  using Base::check_one_section;
  using Base::defer;
  using Base::environment;
  using Base::force;
  using Base::fused_columns;
  using Base::fuses;
  using Base::make;
  using Base::operand;
  using Base::out;
  using Base::part;
  using Base::product_of;
  using Base::run;
  using Base::run_in_place;
  using Base::sections_of;
  using Base::slot;
  using Base::whole;

  bool training_ = false;  // Record
  bool prepared_ = false;
  std::uint64_t seed_ = 0;

 private:
  op::ComputedTables computed_tables(const AttentionSpec& spec) {
    return {rows_by_position(spec.cosine), rows_by_position(spec.sine), rows_by_position(spec.decay)};
  }
  // What the longest sequence needs of an endless constant beyond the stored rows, computed once in a pass.
  ComputedRows rows_by_position(ParameterId table) {
    const std::int64_t longest = this->segments().longest();
    if (!table || !environment().layout[table].endless || longest <= environment().layout[table].rows()) return {};
    for (Computed& computed : computed_) {
      if (!computed.rows) computed = {table, run(op::ConstantRows{table, longest}, std::array<const Value*, 0>{})};
      if (computed.table == table) return {out(computed.rows).data, longest};
    }
    throw ArgumentError("attention: more than " + std::to_string(computed_.size()) +
                        " tables of rotations in one pass with sequences longer than those");
  }

  // `numbers`: the last operand, or null.
  template <class Op>
  Value run_attention(Op attention, const Value& q, const Value& k, const Value& v,
                      const AttentionDistances<Value>& distances, const Value* numbers) {
    std::array<const Value*, Base::Node::max_inputs> in{&q, &k, &v};
    std::size_t count = 3;
    attention.computed = computed_tables(attention.spec);
    attention.has = distances.each([&](const Value& x) {
      if (x) in[count++] = &x;
      return bool(x);
    });
    if (numbers) in[count++] = numbers;
    return run(attention, std::span<const Value* const>(in.data(), count));
  }

  std::uint64_t next_stream() { return scope_hash(scope_, ++draws_); }

  struct Computed {
    ParameterId table;
    Value rows;
  };
  std::array<Computed, 8> computed_;  // keeps them to the end of the pass
  TapFunction<Scalar> observer_;
  std::uint64_t scope_ = 0;
  std::uint64_t draws_ = 0;
};

}  // namespace encore
