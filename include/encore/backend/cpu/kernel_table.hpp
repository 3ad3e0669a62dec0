// SPDX-License-Identifier: Apache-2.0
// The seam between the CPU backend and an instruction set: tasks in plain structs, kernels as function pointers. A
// table is compiled once per instruction set, in a namespace named after it, and chosen at run time. Kernels work on
// one chunk; the driver cuts the chunks and owns the threads. Nothing here depends on the instruction set of the
// including file.
//
// Same bits: what a kernel computes for a row depends on that row, K, the table and the parameters only, never on the
// number of rows in the task, on their position in it or on neighbouring columns. Each output element is one
// accumulation in a fixed order.
#pragma once

#include <encore/backend/attention_plan.hpp>
#include <encore/core/activation.hpp>

#include <array>
#include <cstdint>

namespace encore::cpu {

using index = std::int64_t;

// y = epilogue(x W^T + b) for rows x panels. W is packed in panels of `KernelTable::panel` outputs: [panel][K][width].
struct GemmTask {
  const float* x = nullptr;  // [rows, k], row stride ldx
  index ldx = 0;
  index rows = 0;
  const float* weights = nullptr;  // first packed panel of this task; 64-byte aligned
  index panels = 0;
  index k = 0;
  const float* next_weights = nullptr;  // what will be read after the last panel (prefetched); may equal weights
  const float* bias = nullptr;          // [panels * width] or null
  Activation activation = Activation::identity;
  const float* residual = nullptr;  // [rows, residual_cols] or null: y = residual + activation(x W^T + b)
  index ldresidual = 0;
  index residual_cols = 0;  // more than (panels - 1) * width: nothing behind them is read
  float* y = nullptr;       // [rows, panels * width], row stride ldy: whole panels are stored
  index ldy = 0;
};

// Row-wise normalisation of z = x (+ residual).
struct NormTask {
  const float* x = nullptr;  // [rows, cols]
  index ldx = 0;
  const float* residual = nullptr;  // [rows, cols] or null
  index ldresidual = 0;
  float* sum = nullptr;  // [rows, cols] or null: where z is kept
  index ldsum = 0;
  float* y = nullptr;  // [rows, cols]; may alias x
  index ldy = 0;
  index rows = 0;
  index cols = 0;
  const float* gain = nullptr;  // [cols] or null
  const float* bias = nullptr;  // [cols] or null
  float eps = 0;
  float* mean = nullptr;       // [rows] or null; layer norm only
  float* inv_scale = nullptr;  // [rows] or null: 1 / sqrt(var + eps), or 1 / sqrt(mean square + eps)
};

// Elementwise y = f(x) or y = f(x) * g over a block of rows.
struct MapTask {
  const float* x = nullptr;
  index ldx = 0;
  const float* g = nullptr;  // second operand or null
  index ldg = 0;
  float* y = nullptr;  // may alias x
  index ldy = 0;
  index rows = 0;
  index cols = 0;
  Activation activation = Activation::identity;
};

// Softmax attention of one head of one sequence, for query rows [row_begin, row_end) over all keys, online over key
// blocks. q, k, v, out point at row 0 of the sequence and at the head's first column.
struct AttentionTask : AttentionHooks<index, float, const float*> {
  const float* q = nullptr;
  const float* k = nullptr;
  const float* v = nullptr;
  index ldq = 0, ldk = 0, ldv = 0;
  float* out = nullptr;
  index ldo = 0;
  index length = 0;
  index row_begin = 0, row_end = 0;
  AttentionDistances<DistanceRows<const float>> terms{};  // this head's
  const ScoreHook<float>* score = nullptr;                // or null
  std::array<float, max_score_numbers> score_numbers{};   // this head's
  float* log_sum = nullptr;  // [length] with stride ldlog_sum, or null: log of the sum of exp(score), natural log
  index ldlog_sum = 0;
};

struct KernelTable {
  const char* isa = nullptr;  // "sse2", "avx2", "avx512", "neon", "scalar"
  index panel = 0;            // width of a weight panel, in outputs
  index row_block = 0;        // rows of a micro-kernel tile: chunks of rows are multiples of it

  // Packs w [n, k] (row stride ldw) into ceil(n / panel) panels, missing outputs zero.
  void (*pack_weights)(const float* w, index ldw, index n, index k, float* packed) = nullptr;
  // Floats that the packed form of [n, k] takes, slack for prefetch included.
  index (*packed_size)(index n, index k) = nullptr;
  void (*gemm)(const GemmTask&) = nullptr;

  void (*layer_norm)(const NormTask&) = nullptr;
  void (*rms_norm)(const NormTask&) = nullptr;
  void (*affine_norm)(const NormTask&) = nullptr;
  void (*activate)(const MapTask&) = nullptr;  // y = activation(x)
  void (*gate)(const MapTask&) = nullptr;      // y = activation(x) * g
  void (*add)(const MapTask&) = nullptr;       // y = x + g

  // Floats of scratch per worker for any task of this length and head size.
  index (*attention_scratch)(index length, index head_size, AttentionTerms terms) = nullptr;
  void (*attention)(const AttentionTask&, float* scratch) = nullptr;

  // y[cols] = sum of `count` rows, in order.
  void (*sum_rows)(const float* const* rows, index count, float* y, index cols) = nullptr;
  void (*mean_pool)(const float* x, index ldx, index rows, index cols, float weight, float step, float divisor,
                    float* y) = nullptr;
  void (*max_pool)(const float* x, index ldx, index rows, index cols, float* y) = nullptr;
  // y = x / max(|x|_2, eps)
  void (*l2_normalise)(const float* x, float* y, index cols, float eps) = nullptr;
  float (*dot)(const float* a, const float* b, index n) = nullptr;
};

// The table compiled for the best instruction set this machine has, or the one ENCORE_ISA names; linked from
// encore::kernels. Throws UnsupportedError when ENCORE_ISA names one that is unknown or that the machine lacks.
const KernelTable& best_table();

// The table of that instruction set, or null when it was not compiled in or the machine lacks it.
const KernelTable* table_for(const char* isa);

}  // namespace encore::cpu
