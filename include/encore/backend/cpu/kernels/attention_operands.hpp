// SPDX-License-Identifier: Apache-2.0
// What the attention kernel reads: queries scaled and rotated, keys rotated and transposed into panels, values copied
// into panels, rows by distance in panels by key minus query. Rotation: Su et al. 2021 (RoFormer), both pairings.
#pragma once

#include <encore/backend/cpu/kernels/norm.hpp>

namespace encore::cpu::kernels {

// (a, b) rotated by the angle with cosine c and sine d, and scaled.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE void rotate_pair(typename I::Vec& a, typename I::Vec& b, typename I::Vec c, typename I::Vec d,
                                      typename I::Vec scale) {
  const typename I::Vec x = a, y = b;
  a = I::rounded(I::fma(x, c, I::neg(I::rounded(y * d)))) * scale;
  b = I::rounded(I::fma(y, c, I::rounded(x * d))) * scale;
}

// One position's row into `to`: the first 2 (rotary / 2) columns rotated, all multiplied by `scale`.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE void rotate_row(const AttentionTask& t, const float* row, index position, float scale, float* to) {
  using Vec = typename I::Vec;
  const Vec s(scale);
  const index half = t.cosine ? t.rotary / 2 : 0;
  for (index i = 0; i < half; i += I::lanes) {
    const index n = smaller(I::lanes, half - i);
    const Vec c = load_upto<I>(t.cosine + position * half + i, n), d = load_upto<I>(t.sine + position * half + i, n);
    if (t.interleaved) {
      alignas(64) float even[I::lanes] = {}, odd[I::lanes] = {};
      for (index j = 0; j < n; ++j) even[j] = row[2 * (i + j)], odd[j] = row[2 * (i + j) + 1];
      Vec a = I::load(even), b = I::load(odd);
      rotate_pair<I>(a, b, c, d, s);
      I::store(even, a);
      I::store(odd, b);
      for (index j = 0; j < n; ++j) to[2 * (i + j)] = even[j], to[2 * (i + j) + 1] = odd[j];
    } else {
      Vec a = load_upto<I>(row + i, n), b = load_upto<I>(row + half + i, n);
      rotate_pair<I>(a, b, c, d, s);
      store_upto<I>(to + i, a, n);
      store_upto<I>(to + half + i, b, n);
    }
  }
  for (index i = 2 * half; i < t.head_size; i += I::lanes) {
    const index n = smaller(I::lanes, t.head_size - i);
    store_upto<I>(to + i, load_upto<I>(row + i, n) * s, n);
  }
}

// Vectors in the panel of keys that begins at `key`: one when no more keys are left, which halves the work of short
// texts.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE index key_vectors(const AttentionTask& t, index key) {
  return t.length - key > I::lanes ? 2 : 1;
}

// Keys from `first` on as panels [panel][head_size][vectors], zero behind the last key. `rotated` holds them in rows
// too when the task rotates.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE void pack_keys(const AttentionTask& t, index first, index panels, float* rotated, index ldrotated,
                                    float* packed) {
  constexpr index width = panel_width<I>, lanes = I::lanes;
  const index d = t.head_size;
  for (index p = 0; p < panels; ++p) {  // only the last panel of a sequence is narrow
    const index key = first + p * width;
    const float* rows = t.k + key * t.ldk;
    index ldrows = t.ldk;
    if (t.cosine) {
      float* to = rotated + p * width * ldrotated;
      for (index i = 0; i < smaller(width, t.length - key); ++i)
        rotate_row<I>(t, t.k + (key + i) * t.ldk, key + i, 1.0f, to + i * ldrotated);
      rows = to;
      ldrows = ldrotated;
    }
    const index vectors = key_vectors<I>(t, key);
    for (index half = 0; half < vectors; ++half)
      for (index i = 0; i < d; i += lanes)
        I::transpose(rows + half * lanes * ldrows + i, ldrows, smaller(lanes, t.length - key - half * lanes),
                     smaller(lanes, d - i), packed + p * d * width + (i * vectors + half) * lanes, vectors * lanes);
  }
}

// Values of keys [first, first + count) as panels of two vectors [panel][count][width], then one of one vector when the
// head size leaves at most that. Zero behind the head size.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE void pack_values(const AttentionTask& t, index first, index count, float* packed) {
  constexpr index width = panel_width<I>, lanes = I::lanes;
  for (index c = 0; c < t.head_size; c += width) {
    const index left = t.head_size - c;
    const index vectors = left > lanes ? 2 : 1;
    for (index i = 0; i < count; ++i) {
      const float* row = t.v + (first + i) * t.ldv + c;
      I::store(packed, load_upto<I>(row, smaller(lanes, left)));
      if (vectors == 2) I::store(packed + lanes, load_upto<I>(row + lanes, smaller(lanes, left - lanes)));
      packed += vectors * lanes;
    }
  }
}

// Rows by distance i - j, by e = j - i in [-reach, reach], as panels [panel][head_size][width]; panel 0 begins at e =
// -reach.
template <InstructionSet I>
ENCORE_ALWAYS_INLINE void pack_distances(const float* zero, index ld, index d, index reach, float* packed) {
  constexpr index width = panel_width<I>, lanes = I::lanes;
  const index distances = 2 * reach + 1;
  for (index p = 0; p * width < distances; ++p)
    for (index half = 0; half < 2; ++half) {
      const index c = p * width + half * lanes;
      const index count = larger(0, smaller(lanes, distances - c));
      for (index i = 0; i < d; i += lanes)
        I::transpose(zero + (reach - (count ? c : 0)) * ld + i, -ld, count, smaller(lanes, d - i),
                     packed + (p * d + i) * width + half * lanes, width);
    }
}

}  // namespace encore::cpu::kernels
