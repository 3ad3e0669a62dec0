// SPDX-License-Identifier: Apache-2.0
// Norm policies. A norm maps rows to rows, alone or of a sum with a residual.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/core/layout.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/model_shape.hpp>
#include <encore/layers/parameter_row.hpp>
#include <encore/ops/norm.hpp>

#include <cmath>
#include <concepts>

namespace encore {

// y = g (x - mean) / sqrt(var + eps) + b. [N, C] -> [N, C]. Ba, Kiros & Hinton 2016. eps: BERT 1e-12, RoBERTa 1e-5.
struct LayerNorm {
  // eps is added to the variance; ModernBERT's norms have no bias.
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
  // eps is added to the mean square.
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

// y = g x / max(|x|_2, eps), one learned number g for all columns, which begins as sqrt(C). [N, C] -> [N, C]. Nguyen &
// Salazar 2019. Parameter `scale` [1, 1].
struct ScaleNorm {
  // eps bounds a row's length from below.
  struct Options {
    double eps = 1e-6;
  };
  ParameterId gain;
  double eps;

  ScaleNorm(Builder b, std::int64_t width, const Options& options)
      : gain(b.table("scale", 1, 1, Init::ones, std::sqrt(double(width)))), eps(options.eps) {}
  auto operator()(auto& ex, const auto& x) const {
    auto unit = ex.l2_normalise(x, eps);
    return ex.scale(unit, parameter_row(ex, gain));
  }
  auto operator()(auto& ex, const auto& residual, const auto& x) const { return (*this)(ex, ex.add(residual, x)); }
};

// y = g tanh(a x) + b, one learned number a for all columns, which begins as 0.5. [N, C] -> [N, C]. Zhu et al. 2025,
// "Transformers without Normalization". Parameters `alpha` [1, 1], `weight` and `bias` [C].
struct DynamicTanh {
  ParameterId alpha;
  op::Norm op;

  DynamicTanh(Builder b, std::int64_t width) : alpha(b.table("alpha", 1, 1, Init::ones, 0.5)) {
    op.kind = NormKind::none;
    op.gain = b.vector("weight", width, Init::ones);
    op.bias = b.vector("bias", width, Init::zeros);
  }
  auto operator()(auto& ex, const auto& x) const {
    auto scaled = ex.scale(x, parameter_row(ex, alpha));
    auto squashed = ex.activate(Activation::tanh, scaled);
    return ex.norm(op, squashed);
  }
  auto operator()(auto& ex, const auto& residual, const auto& x) const { return (*this)(ex, ex.add(residual, x)); }
};

// A LayerNorm or RmsNorm whose gain is stored less one, so that weight decay pulls it to one: y = n + n g' + b, n = the
// norm of x without gain. As in Gemma and x-transformers. Parameters as the norm's, `weight` beginning at zero.
template <class Norm>
struct UnitOffset {
  using Options = options_t<Norm>;
  op::Norm plain;
  op::Norm rest;

  UnitOffset(Builder b, std::int64_t width, const Options& options) : plain(Norm(b, width, options).op), rest(plain) {
    b.layout()[plain.gain].init = Init::zeros;
    plain.gain = plain.bias = {};
    rest.kind = NormKind::none;
  }
  auto operator()(auto& ex, const auto& x) const {
    auto normal = ex.norm(plain, x);
    return ex.add(normal, ex.norm(rest, normal));
  }
  auto operator()(auto& ex, const auto& residual, const auto& x) const { return (*this)(ex, ex.add(residual, x)); }
};

}  // namespace encore
