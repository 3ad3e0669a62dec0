// SPDX-License-Identifier: Apache-2.0
// All kernels of an instruction set as a table.
#pragma once

#include <encore/backend/cpu/kernels/attention.hpp>
#include <encore/backend/cpu/kernels/gemm.hpp>
#include <encore/backend/cpu/kernels/map.hpp>
#include <encore/backend/cpu/kernels/norm.hpp>
#include <encore/backend/cpu/kernels/pool.hpp>

namespace encore::cpu::kernels {

template <InstructionSet I>
constexpr KernelTable make_table() {
  KernelTable t;
  t.isa = I::name;
  t.panel = panel_width<I>;
  t.row_block = I::tile_rows;
  t.pack_weights = &pack_weights<I>;
  t.packed_size = &packed_size<I>;
  t.gemm = &gemm<I>;
  t.layer_norm = &layer_norm<I>;
  t.rms_norm = &rms_norm<I>;
  t.affine_norm = &affine_norm<I>;
  t.activate = &activate<I>;
  t.gate = &gate<I>;
  t.add = &add<I>;
  t.attention_scratch = &attention_scratch<I>;
  t.attention = &attention<I>;
  t.sum_rows = &sum_rows<I>;
  t.mean_pool = &mean_pool<I>;
  t.max_pool = &max_pool<I>;
  t.l2_normalise = &l2_normalise<I>;
  t.dot = &dot<I>;
  return t;
}

}  // namespace encore::cpu::kernels
