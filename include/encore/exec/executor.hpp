// SPDX-License-Identifier: Apache-2.0
// What happens when a layer calls an op. One class for all executors, so that they cannot drift apart: Infer runs ops
// at once on an arena and fuses deferred products; Record runs them and keeps a tape; Count runs the code of Infer dry.
#pragma once

#include <encore/backend/workspace.hpp>
#include <encore/exec/tape.hpp>
#include <encore/exec/value.hpp>
#include <encore/ops/attention.hpp>
#include <encore/ops/drop_sequences.hpp>
#include <encore/ops/elementwise.hpp>
#include <encore/ops/fourier.hpp>
#include <encore/ops/linear.hpp>
#include <encore/ops/linear_attention.hpp>
#include <encore/ops/loss.hpp>
#include <encore/ops/norm.hpp>
#include <encore/ops/rotate.hpp>
#include <encore/ops/rotate_by_length.hpp>
#include <encore/ops/rows.hpp>
#include <encore/ops/scale.hpp>
#include <encore/ops/shift.hpp>
#include <encore/ops/weighted_pool.hpp>

#include <array>
#include <string_view>

namespace encore {

enum class Mode : std::uint8_t { infer, record, count };

// Called with the rows of a tapped value: its name, its index (the layer), the numbers.
template <class S>
struct TapFunction {
  void* object = nullptr;
  void (*call)(void* object, std::string_view name, std::int64_t index, MatrixView<const S> rows) = nullptr;
};

template <BackendTag B, Mode mode>
class Executor {
 public:
  using Backend = B;
  using Scalar = scalar_t<B>;
  using Value = encore::Value<Executor>;
  using In = in_t<B>;
  using Out = out_t<B>;
  static constexpr bool recording = mode == Mode::record;
  static constexpr bool computing = mode != Mode::count;
  // The backend computes map and gate of a product's columns together with the product.
  static constexpr bool fusing =
      !recording && requires(const Kernels<B>& kernels) { kernels.fused_scratch(std::int64_t{}, std::size_t{}); };

  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  ~Executor() {
    workspace_.slots.clear();
    workspace_.free_slots.clear();
    workspace_.in_use = false;
  }

  const Segments& segments() const { return env_.segments; }
  const ParameterLayout& layout() const { return env_.layout; }
  // Whether derived parameters can be read in place of what they are computed from.
  bool prepared() const { return prepared_; }
  // Indices the backend can read; the span stays alive as long as the executor.
  Indices indices(std::span<const std::int32_t> values) const {
    if constexpr (computing)
      return env_.kernels.upload(values);
    else
      return {values.data(), std::int64_t(values.size())};
  }

  // ---- ops; contracts in ops/*.hpp
  // ---------------------------------------------------------------------------------------

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
    const Slot& slot = workspace_.slots[std::size_t(x.slot_)];
    const ParameterSpec* product =
        slot.weight && x.column_ == 0 && x.cols_ == slot.cols ? &env_.layout[slot.weight] : nullptr;
    if (product && product->sections.size() == n) {
      for (std::size_t i = 0; i < n; ++i)
        parts[i] = part(x, env_.kernels.section_column(*product, i), product->sections[i].rows);
      return parts;
    }
    if (x.cols_ % std::int64_t(n) != 0)
      throw ShapeError("split: " + to_string(Extent{x.rows(), x.cols_}) + " into " + std::to_string(n) +
                       " parts: columns do not divide");
    for (std::size_t i = 0; i < n; ++i)
      parts[i] = part(x, std::int64_t(i) * (x.cols_ / std::int64_t(n)), x.cols_ / std::int64_t(n));
    return parts;
  }
  template <class F, class... Values>
  Value map(const F& f, const Value& first, const Values&... rest) {
    using Op = op::Map<F, 1 + sizeof...(rest)>;
    if constexpr (op::takes_scalars<F, Scalar, 1 + sizeof...(rest)>()) {
      const std::array<const Value*, 1 + sizeof...(rest)> in{&first, &rest...};
      if constexpr (fusing) {
        std::array<std::int64_t, in.size()> columns;
        if (fuses(in, columns))
          return fused_columns(Op{.f = f}, in,
                               [&](auto&&... arguments) { env_.kernels.linear_map(f, columns, arguments...); });
      }
      return run(Op{.f = f}, in);
    } else {
      return first;  // refused by takes_scalars
    }
  }
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
        return fused_columns(op::Gate{.activation = activation}, in,
                             [&](auto&&... arguments) { env_.kernels.linear_gate(activation, columns, arguments...); });
    }
    return run(op::Gate{.activation = activation}, in);
  }
  Value add(const Value& x, const Value& y) {
    if constexpr (!recording && Kernels<B>::adds_residual) {
      if (x.slot_ != y.slot_) {
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
        Value sum = add(residual, x);
        run_in_place(norm, sum);
        return sum;
      }
    }
    return run(norm, std::array{&x, &residual});
  }
  Value attention(const AttentionSpec& spec, const Value& q, const Value& k, const Value& v,
                  const AttentionDistances<Value>& distances = {}) {
    std::array<const Value*, Node::max_inputs> in{&q, &k, &v};
    std::size_t count = 3;
    op::Attention attend{.spec = spec};
    const auto append = [&](const Value& x, bool& present) {
      present = bool(x);
      if (present) in[count++] = &x;
    };
    append(distances.to_query, attend.to_query);
    append(distances.to_key, attend.to_key);
    append(distances.bias, attend.bias);
    append(distances.sinks, attend.sinks);
    return run(attend, std::span<const Value* const>(in.data(), count));
  }
  // Attention with the weights fq_i . fk_j, of features of queries and keys.
  Value linear_attention(std::int64_t heads, const Value& fq, const Value& fk, const Value& v) {
    return run(op::LinearAttention{.heads = heads}, std::array{&fq, &fk, &v});
  }
  // The real part of the Fourier transform of u - i w over the tokens of each sequence.
  Value fourier(const Value& u, const Value& w) { return run(op::Fourier{}, std::array{&u, &w}); }
  // Heads turned as the spec turns queries and keys.
  Value rotate(const AttentionSpec& spec, const Value& x) {
    return run(op::Rotate{.cosine = spec.cosine,
                          .sine = spec.sine,
                          .head_size = spec.head_size,
                          .rotary = spec.rotary,
                          .interleaved = spec.interleaved},
               std::array{&x});
  }
  Value rotate_by_length(const LengthRotation& rotation, const Value& x) {
    return run(op::RotateByLength{.rotation = rotation}, std::array{&x});
  }
  // The row `by` further on in the same sequence, or zeros.
  Value shift(const Value& x, std::int64_t by) { return run(op::Shift{.by = by}, std::array{&x}); }
  // Columns [first, first + count) of x; no copy.
  Value columns(const Value& x, std::int64_t first, std::int64_t count) {
    if (first < 0 || count < 1 || first + count > x.cols_)
      throw ShapeError("columns: " + std::to_string(first) + " to " + std::to_string(first + count) + " of " +
                       to_string(Extent{x.rows(), x.cols_}));
    return part(x, first, count);
  }
  Value embed(const op::Embed& embed) { return run(embed, std::array<const Value*, 0>{}); }
  // Rows of one table.
  Value embed(const EmbedTerm& term) { return embed(op::Embed{.terms = {term}, .count = 1}); }
  Value gather_rows(const Value& x, Indices rows) { return run(op::GatherRows{.indices = rows}, std::array{&x}); }
  Value pool(Pooling pooling, const Value& x) { return run(op::Pool{.pooling = pooling}, std::array{&x}); }
  Value weighted_pool(const Value& x, const Value& scores) { return run(op::WeightedPool{}, std::array{&x, &scores}); }
  template <class... Values>
  Value concat(const Value& first, const Values&... rest) {
    return run(op::Concat{}, std::array<const Value*, 1 + sizeof...(rest)>{&first, &rest...});
  }
  Value l2_normalise(const Value& x, double eps = 1e-12) { return run(op::L2Normalise{.eps = eps}, std::array{&x}); }
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
      Value copy = make(x.rows(), x.cols_);
      env_.kernels.copy(in(x), out(copy));
      workspace_.slots[std::size_t(copy.slot_)].weight = sections_of(x);
      return copy;
    }
  }

  // ---- scopes and taps
  // ---------------------------------------------------------------------------------------------------

  // Random numbers inside the scope are keyed by it: a description used twelve times draws twelve masks.
  class Scope {
   public:
    Scope(Executor& executor, std::int64_t step)
        : executor_(executor), outer_(executor.scope_), outer_draws_(executor.draws_) {
      executor.scope_ = scope_hash(outer_, std::uint64_t(step));
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
  Scope scope(std::int64_t step) { return Scope(*this, step); }

  // Shows x to the observer, if there is one, without changing a bit.
  void tap(std::string_view name, std::int64_t index, const Value& x) {
    if (!observer_.call) return;
    force(x.slot_);
    if constexpr (computing) observer_.call(observer_.object, name, index, view(x));
  }
  void observe(TapFunction<Scalar> observer) { observer_ = observer; }

  // ---- values in and out
  // -------------------------------------------------------------------------------------------------

  // A copy of caller's rows.
  Value input(MatrixView<const Scalar> rows) {
    Value value = make(rows.rows, rows.cols);
    if constexpr (computing) env_.kernels.write(rows, out(value));
    return value;
  }
  // The rows of a value where the host can read them; valid while a handle to it and the executor live.
  MatrixView<const Scalar> view(const Value& x) {
    force(x.slot_);
    if constexpr (computing)
      return env_.kernels.read(in(x));
    else
      return {nullptr, x.rows(), x.cols_, workspace_.slots[std::size_t(x.slot_)].stride};
  }

 protected:
  Executor(const Context<B>& context, const ParameterLayout& layout, const Segments& segments,
           const Parameters<B>* parameters, Parameters<B>* gradients)
      : kernels_(context), env_{kernels_, layout, segments, parameters, gradients}, workspace_(context.workspace()) {
    if (workspace_.in_use) throw ArgumentError("executor: the context runs another one; give each its own context");
    workspace_.in_use = true;
    workspace_.arena.reset();
    workspace_.slots.clear();
    workspace_.free_slots.clear();
    if constexpr (computing && requires { kernels_.begin(segments); }) kernels_.begin(segments);
  }

  using Node = TapeNode<Executor>;
  template <class Op>
  static void run_backward(Executor& executor, const Node& node) {
    executor.template backward_of<Op>(node);
  }

  using WorkspaceType = std::remove_reference_t<decltype(std::declval<const Context<B>&>().workspace())>;
  WorkspaceType& workspace() { return workspace_; }
  const OpEnvironment<B>& environment() const { return env_; }
  double flops_ = 0;        // Count
  std::vector<Node> tape_;  // Record
  BumpMemory<decltype(std::declval<const Kernels<B>&>().block(std::size_t{}))> memory_;
  bool training_ = false;
  bool prepared_ = false;
  std::uint64_t seed_ = 0;
  struct Gradient {
    std::byte* data = nullptr;
  };
  std::vector<Gradient> gradients_;

  In in(const Value& x) const { return at(Operand{x.slot_, x.column_, x.cols_}); }
  Out out(const Value& x) const { return at(Operand{x.slot_, x.column_, x.cols_}); }
  Out at(const Operand& x) const {
    const Slot& slot = workspace_.slots[std::size_t(x.slot)];
    return at(slot.data, slot, x.column, x.cols);
  }
  // Columns of a matrix that is laid out like the slot's. Null data: Count.
  Out at(std::byte* data, const Slot& slot, std::int64_t column, std::int64_t cols) const {
    return env_.kernels.place(data, slot.element, column, slot.rows, cols, slot.stride);
  }
  std::byte* take(std::size_t bytes) {
    return memory_.take(bytes, [this](std::size_t size) { return env_.kernels.block(size); });
  }
  Operand operand(const Value& x) const { return {x.slot_, x.column_, x.cols_}; }

 private:
  friend Value;

  void retain(std::int32_t slot) { ++workspace_.slots[std::size_t(slot)].references; }
  void release(std::int32_t index) {
    if constexpr (recording) return;
    Slot& slot = workspace_.slots[std::size_t(index)];
    if (--slot.references > 0) return;
    const std::int32_t source = slot.source;
    if (!slot.deferred) workspace_.arena.give(slot.offset, slot.bytes);
    slot = Slot{};
    workspace_.free_slots.push_back(index);
    if (source >= 0) release(source);
  }
  std::int64_t rows_of(std::int32_t slot) const { return workspace_.slots[std::size_t(slot)].rows; }

  std::int32_t new_slot() {
    if (workspace_.free_slots.empty()) {
      workspace_.slots.emplace_back();
      return std::int32_t(workspace_.slots.size() - 1);
    }
    const std::int32_t index = workspace_.free_slots.back();
    workspace_.free_slots.pop_back();
    return index;
  }
  void allocate(Slot& slot) {
    slot.stride = env_.kernels.stride(slot.cols);
    slot.bytes = std::size_t(slot.rows) * std::size_t(slot.stride) * env_.kernels.element_bytes(slot.element);
    slot.data = allocate_bytes(slot.bytes, slot.offset);
  }
  std::byte* allocate_bytes(std::size_t bytes, std::size_t& offset) {
    if constexpr (recording) return take(bytes);
    offset = workspace_.arena.take(bytes);
    if constexpr (mode == Mode::count) return nullptr;
    if (offset + bytes > workspace_.size())
      throw MemoryError("workspace: " + std::to_string(offset + bytes) + " bytes needed, " +
                        std::to_string(workspace_.size()) + " reserved");
    return workspace_.data() + offset;
  }
  Value make(std::int64_t rows, std::int64_t cols, ParameterId weight = {}, Element element = Element::activation) {
    const std::int32_t index = new_slot();
    Slot& slot = workspace_.slots[std::size_t(index)];
    slot.rows = rows;
    slot.cols = cols;
    slot.weight = weight;
    slot.element = element;
    slot.references = 1;
    allocate(slot);
    return Value(this, index, 0, cols);
  }
  Value part(const Value& x, std::int64_t column, std::int64_t cols) {
    retain(x.slot_);
    return Value(this, x.slot_, x.column_ + column, cols);
  }

  // ---- products in sections
  // ----------------------------------------------------------------------------------------------

  // The product whose sections a value holds, all of them, or nothing. A backend may put padding between sections.
  ParameterId sections_of(const Value& x) const {
    const Slot& slot = workspace_.slots[std::size_t(x.slot_)];
    const bool whole = slot.weight && x.column_ == 0 && x.cols_ == slot.cols;
    return whole && env_.layout[slot.weight].sections.size() > 1 ? slot.weight : ParameterId{};
  }
  // What elementwise ops make of sections has the same ones. Other ops would read the padding: sections are split
  // before.
  template <class Op>
  ParameterId sections_after(std::span<const Value* const> operands) const {
    for (const Value* x : operands) {
      const ParameterId product = sections_of(*x);
      if (!product) continue;
      if constexpr (requires { Op::elementwise; })
        return product;
      else
        throw ShapeError(std::string(Op::name) + ": " + to_string(Extent{x->rows(), x->cols_}) + " are the " +
                         std::to_string(env_.layout[product].sections.size()) + " sections of '" +
                         env_.layout[product].name() + "': split them first");
    }
    return {};
  }

  // ---- running an op
  // -----------------------------------------------------------------------------------------------------

  template <class Op>
  Value run(const Op& o, std::span<const Value* const> in_values) {
    const std::size_t n = in_values.size();
    if (n > Node::max_inputs)
      throw ArgumentError(std::string(Op::name) + ": " + std::to_string(n) + " operands, at most " +
                          std::to_string(Node::max_inputs) + " are possible");
    std::array<Extent, Node::max_inputs> every;
    for (std::size_t i = 0; i < n; ++i) {
      force(in_values[i]->slot_);
      every[i] = {in_values[i]->rows(), in_values[i]->cols_};
    }
    const std::span<const Extent> extents(every.data(), n);
    const ParameterId sections = sections_after<Op>(in_values);
    const Extent size = o.template output<B>(env_, extents);
    Value y = make(size.rows, size.cols, sections, element_of<Op>());
    if constexpr (requires { o.weight; }) workspace_.slots[std::size_t(y.slot_)].weight = o.weight;
    Value saved;
    if constexpr (recording && requires { o.template saved<B>(env_, extents); }) {
      const Extent kept = o.template saved<B>(env_, extents);
      saved = make(kept.rows, kept.cols, {}, Element::statistic);
    }
    std::array<In, Node::max_inputs> views;
    for (std::size_t i = 0; i < n; ++i) views[i] = in(*in_values[i]);
    compute(o, extents, std::span<const In>(views.data(), n), out(y), saved.executor_ ? out(saved) : Out{});
    if constexpr (recording) {
      Node node;
      node.backward = &run_backward<Op>;
      for (std::size_t i = 0; i < n; ++i) node.inputs[i] = operand(*in_values[i]);
      node.input_count = n;
      node.output = y.slot_;
      if (saved.executor_) node.saved = operand(saved);
      node.store(o);
      tape_.push_back(node);
    }
    return y;
  }
  template <class Op>
  static constexpr Element element_of() {
    if constexpr (requires { Op::element; })
      return Op::element;
    else
      return Element::activation;
  }
  template <class Op>
  void compute(const Op& o, std::span<const Extent> extents, std::span<const In> views, Out y, Out saved) {
    flops_ += o.template flops<B>(env_, extents);
    std::size_t bytes = 0;
    if constexpr (requires { o.template scratch<B>(env_, extents); }) bytes = o.template scratch<B>(env_, extents);
    std::size_t offset = 0;
    std::byte* scratch = allocate_bytes(bytes, offset);
    if constexpr (computing) o.template forward<B>(env_, views, y, saved, scratch);
    if constexpr (!recording) workspace_.arena.give(offset, bytes);
  }
  template <class Op>
  void run_in_place(const Op& o, const Value& x) {
    const std::array extents{Extent{x.rows(), x.cols_}};
    o.template output<B>(env_, extents);
    const std::array views{in(x)};
    compute(o, std::span<const Extent>(extents), std::span<const In>(views), out(x), {});
  }

  // ---- deferred products
  // -------------------------------------------------------------------------------------------------

  Value defer(const Value& x, const op::Linear& product) {
    const Value* const operand_of_product = &x;
    sections_after<op::Linear>({&operand_of_product, 1});
    force(x.slot_);
    const std::array extents{Extent{x.rows(), x.cols_}};
    const Extent size = product.template output<B>(env_, extents);
    retain(x.slot_);
    const std::int32_t index = new_slot();
    Slot& slot = workspace_.slots[std::size_t(index)];
    slot.rows = size.rows;
    slot.cols = size.cols;
    slot.references = 1;
    slot.weight = product.weight;
    slot.bias = product.bias;
    slot.source = x.slot_;
    slot.source_column = x.column_;
    slot.source_columns = x.cols_;
    slot.deferred = true;
    return Value(this, index, 0, size.cols);
  }
  // Computes a deferred product into rows of its own.
  void force(std::int32_t index) {
    if constexpr (recording) return;
    if (!workspace_.slots[std::size_t(index)].deferred) return;
    Slot& slot = workspace_.slots[std::size_t(index)];
    allocate(slot);
    slot.deferred = false;
    const std::int32_t source = std::exchange(slot.source, -1);
    const Operand x{source, slot.source_column, slot.source_columns};
    const std::array extents{Extent{slot.rows, x.cols}};
    const std::array<In, 1> views{at(x)};
    compute(op::Linear{.weight = slot.weight, .bias = slot.bias}, std::span<const Extent>(extents),
            std::span<const In>(views), at({index, 0, slot.cols}), {});
    release(source);
  }
  // A deferred product that can be computed together with what is done to it.
  bool absorbs(const Value& x) const {
    const Slot& slot = workspace_.slots[std::size_t(x.slot_)];
    return slot.deferred && slot.references == 1 && x.column_ == 0 && x.cols_ == slot.cols;
  }
  // residual + activation(product), in one kernel.
  Value product_of(const Value& x, Activation activation, const Value* residual) {
    if (residual) force(residual->slot_);
    const Slot slot = workspace_.slots[std::size_t(x.slot_)];
    const op::Linear product{.weight = slot.weight, .bias = slot.bias, .activation = activation};
    std::array<Extent, 2> extents{Extent{slot.rows, slot.source_columns}, Extent{}};
    if (residual) extents[1] = {residual->rows(), residual->cols_};
    const std::size_t operands = residual ? 2 : 1;
    const std::span<const Extent> used(extents.data(), operands);
    const Extent size = product.template output<B>(env_, used);
    const ParameterId sections = residual ? sections_of(*residual) : ParameterId{};
    Value y = make(size.rows, size.cols, sections ? sections : slot.weight);
    std::array<In, 2> views{at({slot.source, slot.source_column, slot.source_columns}), {}};
    if (residual) views[1] = in(*residual);
    compute(product, used, std::span<const In>(views.data(), operands), out(y), {});
    return y;
  }
  // All operands are columns of one deferred product that nobody else holds, at places the kernels can pair up.
  template <std::size_t n>
  bool fuses(const std::array<const Value*, n>& values, std::array<std::int64_t, n>& columns) const {
    const Slot& slot = workspace_.slots[std::size_t(values[0]->slot_)];
    if (!slot.deferred) return false;
    for (std::size_t i = 0; i < n; ++i) {
      if (values[i]->slot_ != values[0]->slot_ || values[i]->cols_ != values[0]->cols_) return false;
      columns[i] = values[i]->column_;
    }
    return env_.kernels.fuses_columns(env_.layout[slot.weight], columns.data(), n, values[0]->cols_);
  }
  template <class Op, std::size_t n, class Kernel>
  Value fused_columns(const Op& o, const std::array<const Value*, n>& values, Kernel&& kernel) {
    const Slot slot = workspace_.slots[std::size_t(values[0]->slot_)];
    Value y = make(slot.rows, values[0]->cols_, sections_of(*values[0]));
    std::array<Extent, n> extents;
    extents.fill({slot.rows, values[0]->cols_});
    flops_ += o.template flops<B>(env_, std::span<const Extent>(extents));
    const std::size_t bytes = env_.kernels.fused_scratch(slot.rows, n);
    std::size_t offset = 0;
    std::byte* scratch = allocate_bytes(bytes, offset);
    flops_ += 2.0 * double(slot.rows) * double(env_.layout[slot.weight].shape.elements());
    if constexpr (computing) {
      const In x = at({slot.source, slot.source_column, slot.source_columns});
      const Out result = out(y);
      kernel(x, env_.weights(slot.weight), env_.optional(slot.bias), result, scratch);
    }
    workspace_.arena.give(offset, bytes);
    return y;
  }

  // ---- backward
  // ----------------------------------------------------------------------------------------------------------

  template <class Op>
  void backward_of(const Node& node) {
    std::array<In, Node::max_inputs> inputs;
    std::array<Out, Node::max_inputs> targets;
    std::array<Out, Node::max_inputs> sums;  // where a gradient that is there already must be added to
    for (std::size_t i = 0; i < node.input_count; ++i) {
      inputs[i] = at(node.inputs[i]);
      bool fresh = false;
      const Out gradient = gradient_at(node.inputs[i], fresh);
      if (fresh) {
        targets[i] = gradient;
        continue;
      }
      sums[i] = gradient;
      const Slot& slot = workspace_.slots[std::size_t(node.inputs[i].slot)];
      targets[i] = at(take(slot.bytes), slot, node.inputs[i].column, node.inputs[i].cols);
    }
    const Slot& y = workspace_.slots[std::size_t(node.output)];
    const Out dy = at(gradients_[std::size_t(node.output)].data, y, 0, y.cols);
    node.template load<Op>().template backward<B>(
        env_, std::span<const In>(inputs.data(), node.input_count), at({node.output, 0, y.cols}),
        node.saved.slot >= 0 ? at(node.saved) : Out{}, dy, std::span<const Out>(targets.data(), node.input_count));
    for (std::size_t i = 0; i < node.input_count; ++i)
      if (sums[i].data) env_.kernels.add(sums[i], targets[i], sums[i]);
  }

 protected:
  // The gradient of an operand. fresh: nothing is in it and it covers its value whole, so it may be assigned.
  Out gradient_at(const Operand& x, bool& fresh) {
    const Slot& slot = workspace_.slots[std::size_t(x.slot)];
    Gradient& gradient = gradients_[std::size_t(x.slot)];
    fresh = false;
    if (!gradient.data) {
      gradient.data = take(slot.bytes);
      fresh = x.column == 0 && x.cols == slot.cols;
      if (!fresh) env_.kernels.fill(at(gradient.data, slot, 0, slot.cols), Scalar(0));
    }
    return at(gradient.data, slot, x.column, x.cols);
  }

 private:
  std::uint64_t next_stream() { return scope_hash(scope_, ++draws_); }

  Kernels<B> kernels_;
  OpEnvironment<B> env_;
  WorkspaceType& workspace_;
  TapFunction<Scalar> observer_;
  std::uint64_t scope_ = 0;
  std::uint64_t draws_ = 0;
};

}  // namespace encore
