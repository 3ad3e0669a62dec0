// SPDX-License-Identifier: Apache-2.0
// Scores of a tile of queries and a block of keys, in base-2 units: q k, terms by distance (Shaw et al. 2018; with the
// key's side Huang et al. 2020, He et al. 2021; bias tables), and the keys a row may not see.
#pragma once

#include <encore/backend/cpu/kernels/attention_operands.hpp>
#include <encore/backend/cpu/kernels/micro_tile.hpp>

namespace encore::cpu::kernels {

// A tile: queries [row, row + rows) against keys [key, key + keys), keys whole vectors.
struct ScoreTile {
  index row, rows, key, keys;
  float* scores;  // [rows, keys]
  index ldscores;
};

// Panels of the packed rows by distance that hold e = j - i + reach for every pair of a tile.
struct RelativeSpan {
  index first_panel, panels;
};

template <InstructionSet I>
ENCORE_ALWAYS_INLINE RelativeSpan relative_span(index row, index rows, index key, index keys, index reach) {
  const index lowest = larger(0, key - (row + rows - 1) + reach),
              highest = smaller(2 * reach, key + keys - 1 - row + reach);
  const index first = lowest / panel_width<I>;
  return {first, highest < lowest ? 0 : highest / panel_width<I> - first + 1};
}

// scores[i][j] += q_i . R[i - j]: one product of the queries with the distances in reach, whose rows are then read
// shifted.
template <InstructionSet I>
ENCORE_NOINLINE void add_query_relative(const ScoreTile& s, const AttentionTask& t, const float* queries, index ldq,
                                        const float* packed, index reach, float* terms, index ldterms) {
  constexpr index width = panel_width<I>;
  const RelativeSpan span = relative_span<I>(s.row, s.rows, s.key, s.keys, reach);
  for (index p = 0; p < span.panels; ++p)
    multiply<I, 2>(queries, ldq, s.rows, packed + (span.first_panel + p) * t.head_size * width, t.head_size,
                   terms + p * width, ldterms, false);
  for (index r = 0; r < s.rows; ++r) {
    const index i = s.row + r;
    const index begin = larger(s.key, i - reach), end = smaller(smaller(s.key + s.keys, t.length), i + reach + 1);
    const float* term = terms + r * ldterms + reach - i - span.first_panel * width;  // by key
    float* score = s.scores + r * s.ldscores - s.key;
    for (index j = begin; j < end; j += I::lanes) {
      const index n = smaller(I::lanes, end - j);
      store_upto<I>(score + j, load_upto<I>(score + j, n) + load_upto<I>(term + j, n), n);
    }
  }
}

// scores[i][j] += bias[i - j]; `bias` by e = j - i + reach.
template <InstructionSet I>
ENCORE_NOINLINE void add_bias(const ScoreTile& s, const AttentionTask& t, const float* bias, index reach) {
  for (index r = 0; r < s.rows; ++r) {
    const index i = s.row + r;
    const index begin = larger(s.key, i - reach), end = smaller(smaller(s.key + s.keys, t.length), i + reach + 1);
    const float* term = bias + reach - i;
    float* score = s.scores + r * s.ldscores - s.key;
    for (index j = begin; j < end; j += I::lanes) {
      const index n = smaller(I::lanes, end - j);
      store_upto<I>(score + j, load_upto<I>(score + j, n) + load_upto<I>(term + j, n), n);
    }
  }
}

// Rows of queries whose products of keys with distances are made at once: a panel of keys meets rows + width - 1
// distances, so that few rows would waste most of a product.
inline constexpr index key_term_rows = 56;

// Columns that the terms of one panel of keys take.
template <InstructionSet I>
constexpr index key_term_columns() {
  return key_term_rows + 3 * panel_width<I>;
}

// terms[panel][key][e] = scale k . R by e, for rows [row, row + rows) of queries and keys [key, key + keys), panel of
// keys by panel of keys, each from the first panel of its span. `key_rows` are the rows of key `key`.
template <InstructionSet I>
ENCORE_NOINLINE void make_key_terms(const AttentionTask& t, index row, index rows, index key, index keys,
                                    const float* key_rows, index ldk, float scale, const float* packed, index reach,
                                    float* terms) {
  constexpr index width = panel_width<I>, ldterms = key_term_columns<I>();
  using Vec = typename I::Vec;
  for (index p = 0; p < keys; p += width) {
    const index count = smaller(width, t.length - key - p);
    if (count <= 0) break;
    const RelativeSpan span = relative_span<I>(row, rows, key + p, count, reach);
    float* const panel = terms + p * ldterms;
    for (index e = 0; e < span.panels; ++e)
      multiply<I, 2>(key_rows + p * ldk, ldk, count, packed + (span.first_panel + e) * t.head_size * width, t.head_size,
                     panel + e * width, ldterms, false);
    for (index c = 0; c < count; ++c)
      for (index e = 0; e < span.panels * width; e += I::lanes)
        I::store(panel + c * ldterms + e, I::load(panel + c * ldterms + e) * Vec(scale));
  }
}

// scores[i][j] += k_j . R[i - j] of the terms made for rows [row, row + rows) and keys from `key` on.
template <InstructionSet I>
ENCORE_NOINLINE void add_key_terms(const ScoreTile& s, const AttentionTask& t, index row, index rows, index key,
                                   index reach, const float* terms) {
  constexpr index width = panel_width<I>, ldterms = key_term_columns<I>();
  for (index p = s.key; p < s.key + s.keys; p += width) {
    const index count = smaller(width, t.length - p);
    if (count <= 0) break;
    const index first = relative_span<I>(row, rows, p, count, reach).first_panel * width;
    const float* const panel = terms + (p - key) * ldterms;
    for (index r = 0; r < s.rows; ++r) {
      const index i = s.row + r;
      const index begin = larger(p, i - reach), end = smaller(p + count, i + reach + 1);
      float* score = s.scores + r * s.ldscores - s.key;
      for (index j = begin; j < end; ++j) score[j] += panel[(j - p) * ldterms + j - i + reach - first];
    }
  }
}

// Scores of keys outside [begin, end) become minus infinity. By vectors: a scalar store here would have to leave the
// store buffer before the softmax can load it (Zen 4, AVX-512, 12 heads of 64, 8 tokens: 10.0 against 8.3 us).
template <InstructionSet I>
ENCORE_ALWAYS_INLINE void hide_keys(float* score, index key, index keys, index begin, index end) {
  constexpr index lanes = I::lanes;
  for (index j = 0; j < keys && key + j < begin; j += lanes)
    I::store(score + j, I::hide_outside(I::load(score + j), begin - key - j, lanes));
  for (index j = larger(0, end - key) / lanes * lanes; j < keys; j += lanes)
    I::store(score + j, I::hide_outside(I::load(score + j), 0, end - key - j));
}

}  // namespace encore::cpu::kernels
