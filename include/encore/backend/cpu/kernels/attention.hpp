// SPDX-License-Identifier: Apache-2.0
// Softmax attention over tiles with a running maximum (Milakov & Gimelshein 2018; Dao et al. 2022): a group of queries
// passes over blocks of keys, each packed once per group; scores of one micro-tile of queries and one block live in the
// first-level cache and nowhere else.
//
// Same bits: blocks of keys lie on a grid from key 0, a row's sums run over keys in order in lanes that depend on the
// key alone, and keys a row may not see add an exact zero. So rows, groups and tiles may be cut anywhere.
#pragma once

#include <encore/backend/cpu/kernels/attention_decay.hpp>
#include <encore/backend/cpu/kernels/attention_scores.hpp>
#include <encore/backend/cpu/kernels/attention_weights.hpp>

namespace encore::cpu::kernels {

// Zen 4, 12 heads of 64, 2048 tokens: 336 queries beat 168 by 3 % and 84 by 6 %; 128 keys lose 2 %, 512 gain 1 % but
// fill a 32 KB cache with scores.
inline constexpr index attention_keys = 256;   // of a block
inline constexpr index attention_group = 336;  // queries that share a packed block: a multiple of 14, 6, 4 and 8

// Offsets into the scratch, in floats; every part begins on a cache line and rows end with a pad, because strides of
// whole pages make the rows of a tile fight for one set of the cache.
template <InstructionSet I>
struct AttentionLayout {
  static constexpr index width = panel_width<I>;
  index keys, group, reach;
  index ldq, ldo, ldscores, ldkeys, ldterms;
  index queries, packed_keys, packed_values, rotated, scores, out, maximum, total, to_query, to_key, bias, terms,
      key_terms, decayed_keys, decayed_rows, decayed_scores, size;

  ENCORE_ALWAYS_INLINE AttentionLayout(index length, index head_size, index reach_, AttentionTerms has)
      : reach(reach_) {
    keys = smaller(attention_keys, round_up(length, width));
    group = smaller(attention_group, length);
    const index columns = round_up(head_size, I::lanes);
    ldq = round_up(head_size, 16) + 16;
    ldo = columns;
    ldscores = keys + 16;
    ldkeys = round_up(head_size, 16) + 16;
    ldterms = keys + I::tile_rows + 3 * width;
    index at = 0;
    const auto take = [&](index floats) ENCORE_LAMBDA_INLINE {
      const index begin = at;
      at += round_up(floats, 16);
      return begin;
    };
    queries = take(group * ldq);
    packed_keys = take(keys * head_size);
    packed_values = take(keys * columns);
    rotated = take(keys * ldkeys);
    scores = take(I::tile_rows * ldscores);
    out = take(group * ldo);
    maximum = take(group);
    total = take(group);
    const index distances = round_up(2 * reach + 1, width);
    to_query = take(has.to_query ? distances * head_size : 0);
    to_key = take(has.to_key ? distances * head_size : 0);
    bias = take(has.bias ? distances : 0);
    terms = take(has.to_query ? I::tile_rows * ldterms : 0);
    key_terms = take(has.to_key ? keys * key_term_columns<I>() : 0);
    decayed_keys = take(has.decay ? keys * head_size : 0);
    decayed_rows = take(has.decay ? larger(I::tile_rows, width) * ldq : 0);
    decayed_scores = take(has.decay ? I::tile_rows * width : 0);
    size = at;
  }
};

template <InstructionSet I>
index attention_scratch(index length, index head_size, AttentionTerms terms) {
  return AttentionLayout<I>(length, head_size, length - 1, terms).size;
}

// Queries [first, first + rows), rows at most layout.group.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE void attend_group(const AttentionTask& t, index first, index rows, const AttentionLayout<I>& l,
                                       float* scratch) {
  using Vec = typename I::Vec;
  constexpr index width = panel_width<I>, lanes = I::lanes;
  const bool sigmoid = t.weights == AttentionWeights::sigmoid;
  const float scale = t.scale * 1.44269504f, log2_length = sigmoid ? __builtin_log2f(float(t.length)) : 0.0f;
  const float* const sink = t.terms.sinks.zero;
  float* const queries = scratch + l.queries;
  float* const maximum = scratch + l.maximum;
  float* const total = scratch + l.total;
  for (index r = 0; r < rows; ++r) {
    rotate_row<I>(t, t.q + (first + r) * t.ldq, first + r, scale, queries + r * l.ldq);
    maximum[r] = sink ? 1.44269504f * *sink : -__builtin_inff();
    total[r] = sink ? 1.0f : 0.0f;
    for (index j = 0; j < l.ldo; j += lanes) I::store(scratch + l.out + r * l.ldo + j, Vec(0.0f));
  }
  const index see = t.window < 0 ? t.length : t.window;
  const index group_begin = larger(0, first - see), group_end = smaller(t.length, first + rows + see);
  for (index block = group_begin / l.keys * l.keys; block < group_end; block += l.keys) {
    // Panels of this block that any row of the group sees.
    const index begin = larger(block, group_begin / width * width), end = smaller(block + l.keys, group_end);
    const index count = smaller(t.length, round_up(end, width)) - begin;
    const index panels = ceil_div(end - begin, width);
    pack_keys<I>(t, begin, panels, scratch + l.rotated, l.ldkeys, scratch + l.packed_keys);
    if (t.decay)
      pack_decayed_keys<I>(t, begin, panels, scratch + l.rotated, l.ldkeys, scratch + l.decayed_rows,
                           scratch + l.packed_keys, scratch + l.decayed_keys);
    pack_values<I>(t, begin, count, scratch + l.packed_values);
    const index tiles = ceil_div(rows, I::tile_rows);
    index term_row = first, term_rows = 0;  // whose key terms are at hand
    for (index tile = 0; tile < tiles; ++tile) {
      const index row = rows * tile / tiles, height = rows * (tile + 1) / tiles - row, query = first + row;
      const index tile_begin = larger(begin, larger(0, query - see) / width * width),
                  tile_end = smaller(end, query + height + see);
      if (tile_begin >= tile_end) continue;
      ScoreTile s{query, height, tile_begin, 0, scratch + l.scores, l.ldscores};
      const index skipped = tile_begin - begin;
      while (s.key + s.keys < tile_end) {
        const index vectors = key_vectors<I>(t, s.key + s.keys);
        const float* keys = scratch + l.packed_keys + (skipped + s.keys) * t.head_size;
        if (t.decay)
          decayed_scores<I>(t, queries + row * l.ldq, l.ldq, query, height, s.key + s.keys, keys,
                            scratch + l.decayed_keys + (skipped + s.keys) * t.head_size, scratch + l.decayed_rows,
                            scratch + l.decayed_scores, s.scores + s.keys, s.ldscores);
        else
          (vectors == 2 ? ProductTiles<I, 2>::by_rows : ProductTiles<I, 1>::by_rows)[height - 1](
              queries + row * l.ldq, l.ldq, keys, t.head_size, s.scores + s.keys, s.ldscores, false);
        s.keys += vectors * lanes;
      }
      if (t.terms.to_query.zero)
        add_query_relative<I>(s, t, queries + row * l.ldq, l.ldq, scratch + l.to_query, l.reach, scratch + l.terms,
                              l.ldterms);
      if (t.terms.to_key.zero) {
        if (query + height > term_row + term_rows) {
          term_row = query;
          term_rows = smaller(key_term_rows, first + rows - query);
          make_key_terms<I>(t, term_row, term_rows, begin, round_up(end - begin, width),
                            t.cosine ? scratch + l.rotated : t.k + begin * t.ldk, t.cosine ? l.ldkeys : t.ldk, scale,
                            scratch + l.to_key, l.reach, scratch + l.key_terms);
        }
        add_key_terms<I>(s, t, term_row, term_rows, begin, l.reach, scratch + l.key_terms);
      }
      if (t.terms.bias.zero) add_bias<I>(s, t, scratch + l.bias, l.reach);
      if (t.softcap > 0)
        for (index r = 0; r < height; ++r) cap_scores<I>(s.scores + r * s.ldscores, s.keys, 1.44269504f * t.softcap);
      if (t.score)
        t.score->block(t.score->f, {s.scores, s.ldscores, height, s.keys, query - s.key}, t.score_numbers.data());
      float* const out = scratch + l.out + row * l.ldo;
      for (index r = 0; r < height; ++r) {
        float* score = s.scores + r * s.ldscores;
        hide_keys<I>(score, s.key, s.keys, query + r - see, smaller(t.length, query + r + see + 1));
        if (sigmoid)
          sigmoid_weights<I>(score, s.keys, log2_length);
        else
          online_softmax<I>(score, s.keys, maximum[row + r], total[row + r], out + r * l.ldo, l.ldo);
      }
      const index seen = smaller(s.keys, begin + count - tile_begin);
      const float* values = scratch + l.packed_values;
      for (index c = 0; c < t.head_size; c += width) {
        if (t.head_size - c > lanes) {
          ProductTiles<I, 2>::by_rows[height - 1](s.scores, s.ldscores, values + skipped * width, seen, out + c, l.ldo,
                                                  true);
          values += count * width;
        } else {
          ProductTiles<I, 1>::by_rows[height - 1](s.scores, s.ldscores, values + skipped * lanes, seen, out + c, l.ldo,
                                                  true);
        }
      }
    }
  }
  for (index r = 0; r < rows; ++r) {
    float* to = t.out + (first + r) * t.ldo;
    const float* out = scratch + l.out + r * l.ldo;
    const Vec divisor(sigmoid ? 1.0f : total[r]);
    for (index j = 0; j < t.head_size; j += lanes)
      store_upto<I>(to + j, I::load(out + j) / divisor, smaller(lanes, t.head_size - j));
    if (t.log_sum)
      t.log_sum[(first + r) * t.ldlog_sum] = sigmoid ? 0.0f : maximum[r] * 0.693147181f + __builtin_logf(total[r]);
  }
}

template <InstructionSet I>
void attention(const AttentionTask& t, float* scratch) {
  const DistanceRows<const float>&to_query = t.terms.to_query, &to_key = t.terms.to_key, &bias = t.terms.bias;
  const index reach = t.window < 0 ? t.length - 1 : smaller(t.window, t.length - 1);
  const AttentionLayout<I> layout(
      t.length, t.head_size, reach,
      {{to_query.zero != nullptr, to_key.zero != nullptr, bias.zero != nullptr}, t.decay != nullptr});
  if (to_query.zero) pack_distances<I>(to_query.zero, to_query.stride, t.head_size, reach, scratch + layout.to_query);
  if (to_key.zero) pack_distances<I>(to_key.zero, to_key.stride, t.head_size, reach, scratch + layout.to_key);
  if (bias.zero)
    for (index e = -reach; e <= reach; ++e)
      scratch[layout.bias + e + reach] = 1.44269504f * bias.zero[-e * bias.stride];
  const index rows = t.row_end - t.row_begin, groups = ceil_div(rows, attention_group);
  for (index g = 0; g < groups; ++g) {
    const index begin = rows * g / groups, end = rows * (g + 1) / groups;
    attend_group<I>(t, t.row_begin + begin, end - begin, layout, scratch);
  }
}

}  // namespace encore::cpu::kernels
