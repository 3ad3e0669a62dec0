// SPDX-License-Identifier: Apache-2.0
// Attention policies lowered to data: what a kernel needs to know, with no user type in it (docs/design.md,
// "Attention").
#pragma once

#include <cstdint>

namespace encore {

// Pointers are the backend's and may be null where a hook is unused. Row p of the rotation tables belongs to position p
// in its sequence; row 0 of `relative` to distance i - j = 0, with rows of negative distances before it.
template <class S>
struct AttentionPlan {
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_size = 0;
  S scale = 1;
  // Hook QK: rotation of q and k, tables [positions, rotary / 2].
  const S* cosine = nullptr;
  const S* sine = nullptr;
  std::int64_t rotary = 0;   // leading columns of a head that turn; even
  bool interleaved = false;  // pairs (2i, 2i + 1) instead of (i, i + rotary / 2)
  // Hook C: scores gain q_i . R[i - j] and, with relative_to_key, k_j . R[i - j], inside the scale.
  const S* relative = nullptr;  // row stride head_size
  bool uses_relative = false;   // known before the pointer is (Count)
  bool relative_to_key = false;
  // Hook M: keys with |i - j| <= window; negative: all.
  std::int64_t window = -1;
};

}  // namespace encore
