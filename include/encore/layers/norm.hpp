// SPDX-License-Identifier: Apache-2.0
// Norm policies. A norm maps rows to rows, alone or of a sum with a residual.
#pragma once

#include <encore/core/layout.hpp>
#include <encore/layers/linear.hpp>
#include <encore/ops/norm.hpp>

#include <concepts>

namespace encore {

// y = g (x - mean) / sqrt(var + eps) + b. [N, C] -> [N, C]. Ba, Kiros & Hinton 2016. eps: BERT 1e-12, RoBERTa 1e-5.
struct LayerNorm {
  struct Options {
    double eps = 1e-12;
    Bias bias = Bias::yes;
  };
  op::Norm op;

  LayerNorm(Builder b, std::int64_t width, const Options& options) {
    op.kind = NormKind::layer;
    op.gain = b.vector("weight", width, Init::ones);
    if (options.bias == Bias::yes) op.bias = b.vector("bias", width, Init::zeros);
    op.eps = options.eps;
  }
  auto operator()(auto& ex, const auto& x) const { return ex.norm(op, x); }
  // norm(residual + x)
  auto operator()(auto& ex, const auto& residual, const auto& x) const { return ex.residual_norm(op, residual, x); }
};

// y = g x / sqrt(mean x^2 + eps). [N, C] -> [N, C]. Zhang & Sennrich 2019.
struct RmsNorm {
  struct Options {
    double eps = 1e-6;
  };
  op::Norm op;

  RmsNorm(Builder b, std::int64_t width, const Options& options) {
    op.kind = NormKind::rms;
    op.gain = b.vector("weight", width, Init::ones);
    op.eps = options.eps;
  }
  auto operator()(auto& ex, const auto& x) const { return ex.norm(op, x); }
  auto operator()(auto& ex, const auto& residual, const auto& x) const { return ex.residual_norm(op, residual, x); }
};

// y = g x + b, no statistics. [N, C] -> [N, C]. Sun et al. 2020, MobileBERT.
struct NoNorm {
  op::Norm op;

  NoNorm(Builder b, std::int64_t width) {
    op.kind = NormKind::none;
    op.gain = b.vector("weight", width, Init::ones);
    op.bias = b.vector("bias", width, Init::zeros);
  }
  auto operator()(auto& ex, const auto& x) const { return ex.norm(op, x); }
  auto operator()(auto& ex, const auto& residual, const auto& x) const { return ex.residual_norm(op, residual, x); }
};

}  // namespace encore
