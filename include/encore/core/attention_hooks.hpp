// SPDX-License-Identifier: Apache-2.0
// What there is to say about an attention beside its queries, keys and values: one list of hooks, which layers (the op's
// AttentionSpec), ops (AttentionPlan) and every backend's kernels (AttentionTask) hold, each in types of its own. Position
// policies arrive lowered to it (docs/design.md, "Attention").
#pragma once

#include <encore/config.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace encore {

// How scores become the weights of values: softmax over the keys, or each key for itself, sigmoid(score - log length)
// (Ramapuram et al. 2024).
enum class AttentionWeights : std::uint8_t { softmax, sigmoid };

// Table: what stands for a table of rows by position [positions, rotary / 2], a parameter's name or a pointer; false or
// null where the hook is unused.
template <class Index, class Real, class Table>
struct AttentionHooks {
  Index heads = 0;
  Index kv_heads = 0;  // of keys and values: divides the heads
  Index head_size = 0;
  Real scale = 1;
  // Hook QK: rotation of queries and keys.
  Table cosine{};
  Table sine{};
  Index rotary = 0;             // leading columns of a head that are rotated; even
  bool interleaved = false;     // pairs (2i, 2i + 1) instead of (i, i + rotary / 2)
  bool rotates_values = false;  // by the layer (ex.rotate): kernels rotate queries and keys
  // Hook QK: the products of both columns of a rotated pair are multiplied by row |i - j| of this table.
  Table decay{};
  // Hook M: keys with |i - j| <= window; negative: all.
  Index window = -1;
  // What becomes of a score.
  Real softcap = 0;  // t > 0: a score s, bias and all, becomes t tanh(s / t)
  AttentionWeights weights = AttentionWeights::softmax;

  // The same hooks in other types; `table` translates what stands for a table. A hook that is forgotten here does not
  // compile.
  template <class OtherIndex, class OtherReal, class Translate>
  constexpr auto converted(Translate&& table) const {
    const auto& [h, kv, d, s, cos, sin, r, i, v, dec, w, cap, how] = *this;
    // Half of what the type holds: kernels add positions to it.
    constexpr Index widest = Index(
        std::min<std::int64_t>(std::numeric_limits<OtherIndex>::max() / 2, std::numeric_limits<Index>::max() / 2));
    return AttentionHooks<OtherIndex, OtherReal, decltype(table(cos))>{OtherIndex(h),
                                                                       OtherIndex(kv),
                                                                       OtherIndex(d),
                                                                       OtherReal(s),
                                                                       table(cos),
                                                                       table(sin),
                                                                       OtherIndex(r),
                                                                       i,
                                                                       v,
                                                                       table(dec),
                                                                       OtherIndex(std::min(w, widest)),
                                                                       OtherReal(cap),
                                                                       how};
  }
};

// The operands of attention behind q, k and v, or what stands for each: values, views, gradients, or whether there is
// such an operand.
template <class Operand>
struct AttentionDistances {
  Operand to_query{};  // hook C: R  [2 P - 1, H D] or, shared by the heads, [2 P - 1, D]; row i - j + P - 1
  Operand to_key{};    // hook C: R' likewise
  Operand bias{};      // hook B: B  [2 P - 1, H]
  Operand sinks{};     // [1, H]

  // f of each, in the order in which the op takes them.
  template <class F>
  constexpr auto each(F&& f) const {
    const auto& [query, key, numbers, sink] = *this;
    return AttentionDistances<decltype(f(query))>{f(query), f(key), f(numbers), f(sink)};
  }
};

// Which of the hooks that want scratch there are, known before their rows are (Count).
struct AttentionTerms : AttentionDistances<bool> {
  bool decay = false;
};

}  // namespace encore
