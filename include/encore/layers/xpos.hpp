// SPDX-License-Identifier: Apache-2.0
// Rotary embedding whose products decay with distance.
#pragma once

#include <encore/layers/rope.hpp>

namespace encore {

// Published XPos multiplies a query of position p by z^(p / 512) and a key by z^(-p / 512): what lies behind decays, what
// lies ahead grows. An encoder sees both, and takes the symmetric form.
enum class XPosDecay : std::uint8_t { causal, symmetric };

// RoPE, and the product of pair i of a query and a key multiplied by z_i^(|distance| / scale_base), z_i = (2 i / r + gamma)
// / (1 + gamma). Sun et al. 2022, "A Length-Extrapolatable Transformer"; symmetric here (ops/attention.hpp, d). Constants
// `cosine`, `sine`, `decay`.
template <XPosDecay decay = XPosDecay::symmetric, Pairs pairs = Pairs::interleaved>
struct XPos {
  static_assert(decay == XPosDecay::symmetric,
                "encore: causal XPos amplifies the tokens ahead, which an encoder sees; use XPosDecay::symmetric");
  // RoPE's base, the tokens in which a pair's product decays to z_i, and z's gamma; the paper's.
  struct Options {
    double base = 10000;
    double scale_base = 512;
    double gamma = 0.4;
  };
  Rope<pairs> rope;
  ParameterId factors;

  XPos(Builder b, const ModelShape& shape, const Options& options)
      : rope(b, shape, {.base = options.base}),
        factors(b.endless_constant("decay", std::min(shape.max_positions, rope.stored_positions), rope.rotary / 2,
                                   [half = rope.rotary / 2, options](std::int64_t distance, std::int64_t i) {
                                     const double z = (double(i) / double(half) + options.gamma) / (1 + options.gamma);
                                     return std::pow(z, double(distance) / options.scale_base);
                                   })) {}
  void lower(AttentionSpec& spec) const {
    rope.lower(spec);
    spec.decay = factors;
  }
  static constexpr bool endless() { return true; }
  // As Rope has them: whether the head size is even.
  static constexpr bool fits(const ModelShape& shape, const Options&) { return shape.head_size() % 2 == 0; }
  template <bool even>
  static consteval void require_fit() {
    Rope<pairs>::template require_fit<even>();
  }
};

}  // namespace encore
