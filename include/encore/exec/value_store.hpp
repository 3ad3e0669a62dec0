// SPDX-License-Identifier: Apache-2.0
// Where the values of a pass live. Infer and Count give memory back with the last handle to it; Record keeps all.
#pragma once

#include <encore/backend/workspace.hpp>
#include <encore/exec/bump_memory.hpp>
#include <encore/exec/value.hpp>
#include <encore/ops/op.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace encore {

// Run and forget, run and keep all for the way back, or run nothing and count.
enum class Mode : std::uint8_t { infer, record, count };

template <BackendTag B, Mode mode>
class ValueStore {
 public:
  // The backend's tag, and what the mode means at compile time.
  using Backend = B;
  using Scalar = scalar_t<B>;
  using Value = encore::Value<ValueStore>;
  using In = in_t<B>;
  using Out = out_t<B>;
  static constexpr bool recording = mode == Mode::record;
  static constexpr bool computing = mode != Mode::count;

  ValueStore(const ValueStore&) = delete;
  ValueStore& operator=(const ValueStore&) = delete;

  // The sequences of the pass, and the layout that its parameters are of.
  const Segments& segments() const { return env_.segments; }
  const ParameterLayout& layout() const { return env_.layout; }
  // Indices the backend can read. Infer and Count read the span itself, which must outlive the ops that take them;
  // Record keeps a copy for the way back.
  Indices indices(std::span<const std::int32_t> values) {
    if constexpr (!computing) return {values.data(), std::int64_t(values.size())};
    Indices result = env_.kernels.upload(values);
    if constexpr (recording) {
      if (result.data == values.data() && !values.empty()) {  // not where the backend has made one
        auto* copy = reinterpret_cast<std::int32_t*>(take(values.size_bytes()));
        std::memcpy(copy, values.data(), values.size_bytes());
        result.data = copy;
      }
    }
    return result;
  }
  // A temporary would be gone before an op reads it.
  template <class Range>
    requires(!std::is_lvalue_reference_v<Range> && !std::ranges::enable_borrowed_range<std::remove_cv_t<Range>>)
  Indices indices(Range&&) = delete;

  // Positions from padding + 1 on in each sequence, of ids that are indices of this executor: tokens whose id is
  // `padding` are not counted, theirs is `padding`. [N] -> [N]. Throws ShapeError for another number of ids.
  Indices positions_without(std::int32_t padding, Indices ids) {
    if (ids.size != segments().tokens())
      throw ShapeError("positions: " + std::to_string(ids.size) + " ids for segments of " +
                       std::to_string(segments().tokens()) + " tokens");
    if (workspace_.counted == workspace_.positions.size()) workspace_.positions.emplace_back();
    std::vector<std::int32_t>& positions = workspace_.positions[workspace_.counted++];
    const std::int32_t* const host = op::host_values(ids);
    positions.assign(host, host + ids.size);
    for (std::int64_t s = 0; s < segments().count(); ++s) {
      std::int32_t last = padding;
      for (std::int64_t n = segments().begin(s); n < segments().end(s); ++n) {
        std::int32_t& place = positions[std::size_t(n)];
        place = place == padding ? padding : ++last;
      }
    }
    return indices(positions);
  }

 protected:
  ValueStore(Context<B>& context, const ParameterLayout& layout, const Segments& segments,
             const Parameters<B>* parameters, Parameters<B>* gradients, const WorkspaceClaim* claim = nullptr)
      : kernels_(context), env_{kernels_, layout, segments, parameters, gradients}, workspace_(context.workspace()) {
    check_stores();
    if (!claim) claim_.emplace(workspace_);
    clear();
    workspace_.counted = 0;
    if constexpr (computing && requires { kernels_.begin(segments); }) kernels_.begin(segments);
  }
  ~ValueStore() { clear(); }

  const OpEnvironment<B>& environment() const { return env_; }
  // Bytes of workspace that were in use at most.
  std::size_t arena_peak() const { return workspace_.arena.peak(); }
  std::size_t slot_count() const { return workspace_.slots.size(); }

  static const Operand& operand(const Value& x) { return x.operand_; }
  Slot& slot(std::int32_t index) { return workspace_.slots[std::size_t(index)]; }
  const Slot& slot(std::int32_t index) const { return workspace_.slots[std::size_t(index)]; }
  Slot& slot(const Value& x) { return slot(mine(x).operand_.slot); }
  const Slot& slot(const Value& x) const { return slot(mine(x).operand_.slot); }
  // Whether x is all columns of its slot.
  bool whole(const Value& x) const { return x.operand_.column == 0 && x.operand_.cols == slot(x).cols; }

  In in(const Value& x) const { return at(x.operand_); }
  Out out(const Value& x) const { return at(x.operand_); }
  Out at(const Operand& x) const { return at(slot(x.slot).data, slot(x.slot), x.column, x.cols); }
  // Columns of a matrix that is laid out like the slot's. Null data: Count.
  Out at(std::byte* data, const Slot& like, std::int64_t column, std::int64_t cols) const {
    return env_.kernels.place(data, like.element, column, like.rows, cols, like.stride);
  }

  Value make(std::int64_t rows, std::int64_t cols, ParameterId weight = {}, Element element = Element::activation) {
    Value x = describe(rows, cols, weight);
    slot(x).element = element;
    allocate(slot(x));
    return x;
  }
  // A value without memory: allocate() gives it some.
  Value describe(std::int64_t rows, std::int64_t cols, ParameterId weight) {
    const std::int32_t index = new_slot();
    Slot& s = slot(index);
    s.rows = rows;
    s.cols = cols;
    s.weight = weight;
    s.references = 1;
    return Value(this, {index, 0, cols});
  }
  // Columns of x; no copy.
  Value part(const Value& x, std::int64_t column, std::int64_t cols) {
    retain(x.operand_.slot);
    return Value(this, {x.operand_.slot, x.operand_.column + column, cols});
  }
  void allocate(Slot& s) {
    s.stride = env_.kernels.stride(s.cols);
    const std::size_t bytes = std::size_t(s.rows) * std::size_t(s.stride) * env_.kernels.element_bytes(s.element);
    s.data = allocate_bytes(bytes, s.offset);
    s.bytes = bytes;  // last: what has no bytes gives none back
  }
  std::byte* allocate_bytes(std::size_t bytes, std::size_t& offset) {
    if constexpr (recording) return take(bytes);
    offset = workspace_.arena.take(bytes);
    if constexpr (!computing) return nullptr;
    if (offset + bytes > workspace_.size()) {
      workspace_.arena.give(offset, bytes);
      throw MemoryError("workspace: " + std::to_string(offset + bytes) + " bytes needed, " +
                        std::to_string(workspace_.size()) + " reserved");
    }
    return workspace_.data() + offset;
  }
  void give_bytes(std::size_t bytes, std::size_t offset) {
    if constexpr (!recording) workspace_.arena.give(offset, bytes);
  }
  // Memory that stays as long as the executor.
  std::byte* take(std::size_t bytes) {
    return memory_.take(bytes, [this](std::size_t size) { return env_.kernels.block(size); });
  }

  void retain(std::int32_t index) { ++slot(index).references; }
  void release(std::int32_t index) noexcept {
    if constexpr (recording) return;
    Slot& s = slot(index);
    if (--s.references > 0) return;
    const std::int32_t source = s.source;
    if (!s.deferred) workspace_.arena.give(s.offset, s.bytes);
    s = Slot{};
    s.next_free = std::exchange(workspace_.free_slot, index);
    if (source >= 0) release(source);
  }

  // The product whose sections a value holds, all of them, or nothing. A backend may put padding between sections.
  ParameterId sections_of(const Value& x) const {
    const ParameterId weight = slot(x).weight;
    return weight && whole(x) && env_.layout[weight].sections.size() > 1 ? weight : ParameterId{};
  }
  // Throws ShapeError where x holds several sections: who reads it as one would read the padding.
  void check_one_section(const char* name, const Value& x) const {
    const ParameterId product = sections_of(x);
    if (!product) return;
    throw ShapeError(std::string(name) + ": " + to_string(Extent{x.rows(), x.cols()}) + " are the " +
                     std::to_string(env_.layout[product].sections.size()) + " sections of '" +
                     env_.layout[product].name() + "': split them first");
  }
  // What elementwise ops make of sections has the same ones, if all operands have them. Other ops would read the
  // padding: sections are split before.
  template <class Op>
  ParameterId sections_after(std::span<const Value* const> operands) const {
    if constexpr (requires { Op::elementwise; })
      if (same_sections(operands)) return sections_of(*operands[0]);
    for (const Value* x : operands) check_one_section(Op::name, *x);
    return {};
  }

 private:
  friend Value;

  void clear() {
    workspace_.arena.reset();
    workspace_.slots.clear();
    workspace_.free_slot = -1;
  }
  // Weights are read, gradients are added: a store is for one of the two.
  void check_stores() const {
    if (env_.parameters && env_.parameters->kind() == StoreKind::gradients)
      throw ArgumentError("executor: the parameters are a gradient store; layers read weights");
    if (!env_.gradients) return;
    if (env_.gradients->kind() != StoreKind::gradients)
      throw ArgumentError(
          "executor: the gradients are a store of weights; Parameters::gradients makes one for gradients");
    if (!(env_.gradients->layout() == env_.layout))
      throw ArgumentError("executor: the parameters and the gradients have different layouts");
  }
  const Value& mine(const Value& x) const {
    if (x.store_ != this) throw ArgumentError("executor: a value that is empty, or another executor's");
    return x;
  }
  bool same_sections(std::span<const Value* const> operands) const {
    const ParameterId first = sections_of(*operands[0]);
    if (!first) return false;
    return std::all_of(operands.begin() + 1, operands.end(), [&](const Value* x) {
      const ParameterId other = sections_of(*x);
      return other && same_section_rows(env_.layout[first], env_.layout[other]);
    });
  }
  std::int64_t rows_of(std::int32_t index) const { return slot(index).rows; }
  std::int32_t new_slot() {
    const std::int32_t free = workspace_.free_slot;
    if (free < 0) {
      workspace_.slots.emplace_back();
      return std::int32_t(workspace_.slots.size() - 1);
    }
    workspace_.free_slot = std::exchange(slot(free).next_free, -1);
    return free;
  }

  Kernels<B> kernels_;
  OpEnvironment<B> env_;
  std::remove_reference_t<decltype(std::declval<Context<B>&>().workspace())>& workspace_;
  std::optional<WorkspaceClaim> claim_;  // none where the caller has one
  BumpMemory<decltype(std::declval<const Kernels<B>&>().block(std::size_t{}))> memory_;
};

}  // namespace encore
