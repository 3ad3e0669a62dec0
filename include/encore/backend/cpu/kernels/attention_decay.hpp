// SPDX-License-Identifier: Apache-2.0
// Products of queries and keys whose columns decay with their distance: sum_c q_ic k_jc d_c(|i - j|), d_c(n) = z_c^n
// (Sun et al. 2022, XPos, made symmetric). z^|i - j| is no product of a factor of i and one of j, but on either side of a
// reference between them it is: each panel of keys is packed twice, relative to its last key for the queries behind it
// and to its first key for those before it. No factor exceeds 1 but within a panel, where both are made and each pair
// takes its own.
#pragma once

#include <encore/backend/cpu/kernels/attention_scores.hpp>

namespace encore::cpu::kernels {

// `to` = `row` with its rotated columns multiplied by d(n), for n < 0 divided by d(-n). They may be the same.
template <InstructionSet I>
ENCORE_NOINLINE void decay_row(const AttentionTask& t, const float* row, index n, float* to) {
  const index half = t.rotary / 2;
  const float* factor = t.decay + (n < 0 ? -n : n) * half;
  for (index i = 0; i < half; ++i) {
    const index a = t.interleaved ? 2 * i : i, b = t.interleaved ? 2 * i + 1 : half + i;
    const float f = n < 0 ? 1.0f / factor[i] : factor[i];
    to[a] = row[a] * f;
    to[b] = row[b] * f;
  }
  for (index i = 2 * half; i < t.head_size; ++i) to[i] = row[i];
}

// The last key of the panel that begins at `key`.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE index last_of_panel(const AttentionTask& t, index key) {
  return smaller(key + panel_width<I>, t.length) - 1;
}

// Keys from `first` on as panels like those of pack_keys, decayed from the first key of a panel on (`after`) and towards
// its last one (`before`). `rotated` holds the rotated keys in rows; `row` has room for panel_width rows.
template <InstructionSet I>
ENCORE_NOINLINE void pack_decayed_keys(const AttentionTask& t, index first, index panels, const float* rotated,
                                       index ldrotated, float* row, float* after, float* before) {
  constexpr index width = panel_width<I>, lanes = I::lanes;
  const index d = t.head_size;
  for (index p = 0; p < panels; ++p) {
    const index key = first + p * width, last = last_of_panel<I>(t, key), vectors = key_vectors<I>(t, key);
    for (float* const packed : {after, before}) {
      for (index j = key; j <= last; ++j)
        decay_row<I>(t, rotated + (j - first) * ldrotated, packed == after ? j - key : last - j,
                     row + (j - key) * ldrotated);
      for (index half = 0; half < vectors; ++half)
        for (index i = 0; i < d; i += lanes)
          I::transpose(row + half * lanes * ldrotated + i, ldrotated, smaller(lanes, last + 1 - key - half * lanes),
                       smaller(lanes, d - i), packed + p * d * width + (i * vectors + half) * lanes, vectors * lanes);
    }
  }
}

// scores [rows, one panel] of queries [query, query + rows) and the panel that begins at `key`. `row` has room for
// tile_rows rows, `other` for as many scores.
template <InstructionSet I>
ENCORE_NOINLINE void decayed_scores(const AttentionTask& t, const float* queries, index ldq, index query, index rows,
                                    index key, const float* after, const float* before, float* row, float* other,
                                    float* scores, index ldscores) {
  constexpr index width = panel_width<I>;
  const index last = last_of_panel<I>(t, key), vectors = key_vectors<I>(t, key);
  const auto multiply_side = [&](bool keys_after, const float* packed, float* to, index ldto) {
    for (index r = 0; r < rows; ++r) {
      const index i = query + r, distance = keys_after ? key - i : i - last;
      // A row that has no pair on this side gets any finite number.
      decay_row<I>(t, queries + r * ldq, larger(distance, key - last), row + r * ldq);
    }
    (vectors == 2 ? ProductTiles<I, 2>::by_rows : ProductTiles<I, 1>::by_rows)[rows - 1](row, ldq, packed, t.head_size,
                                                                                         to, ldto, false);
  };
  const bool some_after = query <= last, some_before = query + rows - 1 > key;  // keys, of some query
  if (!some_after) {
    multiply_side(false, before, scores, ldscores);
    return;
  }
  multiply_side(true, after, scores, ldscores);
  if (!some_before) return;
  multiply_side(false, before, other, width);
  for (index r = 0; r < rows; ++r)
    for (index j = key; j < smaller(last + 1, query + r); ++j)
      scores[r * ldscores + j - key] = other[r * width + j - key];
}

}  // namespace encore::cpu::kernels
