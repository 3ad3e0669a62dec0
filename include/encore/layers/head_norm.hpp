// SPDX-License-Identifier: Apache-2.0
// Queries and keys normed head by head before they meet (QK-norm). Henry et al. 2020; Dehghani et al. 2023, ViT-22B.
#pragma once

#include <encore/core/layout.hpp>
#include <encore/ops/norm.hpp>

namespace encore {

// No norm of queries and keys, LayerNorm without a bias, or RmsNorm.
enum class HeadNormKind : std::uint8_t { none, layer, rms };

// [N, H D] -> [N, H D]: each head's D columns normed for themselves, by one gain [D] for all heads. Parameter `weight`.
struct HeadNorm {
  op::Norm op;

  HeadNorm(Builder b, std::int64_t heads, std::int64_t head_size, HeadNormKind kind, double eps) {
    op.kind = kind == HeadNormKind::layer ? NormKind::layer : NormKind::rms;
    op.gain = b.vector("weight", head_size, Init::ones);
    op.eps = eps;
    op.groups = heads;
  }
  auto operator()(auto& ex, const auto& x) const { return ex.norm(op, x); }
};

}  // namespace encore
