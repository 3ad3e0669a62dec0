// SPDX-License-Identifier: Apache-2.0
// What the host tells each kernel. Plain numbers and device pointers; formulas are at the ops (ops/*.hpp).
#pragma once

#include <encore/backend/cuda/view.hpp>
#include <encore/backend/operands.hpp>
#include <encore/core/activation.hpp>
#include <encore/core/attention_hooks.hpp>
#include <encore/core/philox.hpp>

namespace encore::cuda {

// c = a b (+ c), or with `accumulate` c += a b; row-major: a is [m, k] (stored [k, m] where transposed), b [k, n]
// (stored [n, k]), c [m, n]. bias [n] in c's format, or null, is added to every row. Accumulation in fp32.
struct GemmTask {
  View a{}, b{}, c{};
  bool transpose_a = false;
  bool transpose_b = false;
  bool accumulate = false;
  const void* bias = nullptr;

  std::int64_t m() const { return c.rows; }
  std::int64_t n() const { return c.cols; }
  std::int64_t k() const { return transpose_a ? a.rows : a.cols; }
};

struct CopyTask {
  View x{}, y{};  // formats may differ
};
struct FillTask {
  View y{};
  float value = 0;
};
struct ActivateTask {
  View x{}, y{};
  Activation activation = Activation::identity;
};
struct ActivateBackwardTask {
  View x{}, dy{}, dx{};
  Activation activation = Activation::identity;
};
struct GateTask {
  View u{}, g{}, y{};
  Activation activation = Activation::identity;
};
struct GateBackwardTask {
  View u{}, g{}, dy{}, du{}, dg{};  // du, dg: null data where not wanted
  Activation activation = Activation::identity;
};
struct AddTask {
  View x{}, y{}, z{};
};
struct DropoutTask {
  View x{}, y{};
  float p = 0;
  RandomStream stream{};
};

struct NormTask {
  View x{}, residual{}, y{}, statistics{};  // residual, statistics: may be null; statistics [N, 2] in fp32
  const float* gain = nullptr;
  const float* bias = nullptr;
  float eps = 0;
  NormKind kind = NormKind::layer;
};
struct NormBackwardTask {
  View x{}, residual{}, statistics{}, dy{}, dz{};
  const float* gain = nullptr;
  NormKind kind = NormKind::layer;
};
// Gradients of gain and bias, first step: partial [parts, 2 C] = sums over `rows_per_part` rows of dy n and dy.
struct NormParametersTask {
  View x{}, residual{}, statistics{}, dy{}, partial{};
  std::int64_t rows_per_part = 0;
};

struct EmbedTask {
  static constexpr int max_terms = 4;
  View y{};
  int terms = 0;
  const float* tables[max_terms] = {};
  const std::int32_t* indices[max_terms] = {};
  std::int64_t offsets[max_terms] = {};
};
struct GatherTask {
  View x{}, y{};
  const std::int32_t* rows = nullptr;
};
// y[target[p]] (+)= sum of x[order[i]] over i in [begins[p], begins[p + 1]), i ascending. A null target or order is the
// identity.
struct SumRowsTask {
  View x{}, y{};
  const std::int32_t* order = nullptr;
  const std::int32_t* begins = nullptr;
  const std::int32_t* target = nullptr;
  std::int64_t parts = 0;
  bool add = false;
};
// y[p] = sum of `rows_per_part` rows of x; with `add` there is one part, and it is added.
struct SumColumnsTask {
  View x{}, y{};
  std::int64_t rows_per_part = 0;
  bool add = false;
};
// One block a sequence.
struct RotateTask {
  View x{}, y{};
  const std::int32_t* offsets = nullptr;  // [sequences + 1]
  const float* cosine = nullptr;          // [positions, rotary / 2]
  const float* sine = nullptr;
  std::int32_t head_size = 0, rotary = 0, sequences = 0;
  bool interleaved = false;
  bool back = false;
};
// y[n] = x[n + by] within a sequence.
struct ShiftTask {
  View x{}, y{};
  const std::int32_t* offsets = nullptr;
  std::int32_t by = 0, sequences = 0;
};
// Equal parts of x's columns times the numbers of s, [rows, parts] or [1, parts].
struct ScaleTask {
  View x{}, s{}, y{};
};
struct ScaleBackwardTask {
  View x{}, dy{}, ds{};
};
struct PoolTask {
  View x{}, y{};
  const std::int32_t* offsets = nullptr;  // [sequences + 1]
  const std::int32_t* firsts = nullptr;   // [sequences], or none: all rows
  Pooling pooling = Pooling::first;
};
struct PoolBackwardTask {
  View x{}, dy{}, dx{};
  const std::int32_t* offsets = nullptr;
  const std::int32_t* firsts = nullptr;
  Pooling pooling = Pooling::first;
};
struct L2NormaliseTask {
  View x{}, y{};
  float eps = 0;
};
struct L2NormaliseBackwardTask {
  View x{}, y{}, dy{}, dx{};
  float eps = 0;
};

struct CrossEntropyTask {
  View logits{}, loss{}, log_sums{};  // log_sums [N, 1] in fp32
  const std::int32_t* targets = nullptr;
  float* row_losses = nullptr;  // [N], scratch
  std::int64_t counted = 0;     // rows with a target
};
struct CrossEntropyBackwardTask {
  View logits{}, log_sums{}, dloss{}, dlogits{};
  const std::int32_t* targets = nullptr;
  std::int64_t counted = 0;
};

// A block of rows of one sequence: where attention's work is cut.
struct AttentionTile {
  std::int32_t sequence = 0;
  std::int32_t row = 0;  // the first, from the sequence's beginning
};
struct AttentionTask : AttentionHooks<std::int32_t, float, const float*> {
  View q{}, k{}, v{}, out{};
  View log_sum{};  // [N, heads] in fp32; may be null in forward
  const std::int32_t* offsets = nullptr;
  const AttentionTile* tiles = nullptr;
  std::int64_t tile_count = 0;
  AttentionDistances<View> terms{};  // null data where absent

  bool has_distances() const { return terms.to_query.data || terms.to_key.data || terms.bias.data; }
  // Backward.
  View dout{}, dq{}, dk{}, dv{};  // dq, dk, dv: null data where not wanted
  View delta{};                   // [N, heads] in fp32: dout . out
  AttentionDistances<View> dterms{};
  std::int32_t sequences = 0;
  std::int32_t longest = 0;
};

}  // namespace encore::cuda
