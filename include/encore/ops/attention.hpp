// SPDX-License-Identifier: Apache-2.0
// Packed softmax attention: q [N, H D], k and v [N, Hkv D] -> [N, H D]. For head h of each sequence,
//   out_i = sum_j softmax_j(scale (q_i . k_j + position terms)) v_j
// over the keys of the same sequence (within the window, if there is one). Online softmax: nothing N x N exists,
// forward or backward. Position policies arrive lowered to data (AttentionSpec; docs/design.md). y aliases nothing.
// Saved: log-sums [N, H]. Sources: Vaswani et al. 2017; Dao et al. 2022 (tiling, recomputation); Shaw et al. 2018; Su
// et al. 2021 (RoPE).
#pragma once

#include <encore/backend/attention_plan.hpp>
#include <encore/ops/op.hpp>

namespace encore {

// What the layers say about an attention: sizes, and the parameters and constants its hooks read.
struct AttentionSpec {
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_size = 0;
  double scale = 1;
  // Hook QK: constants [positions, rotary / 2]
  ParameterId cosine{};
  ParameterId sine{};
  std::int64_t rotary = 0;
  bool interleaved = false;
  // Hook C: table [2 P - 1, head_size]; distance i - j reads row i - j + P - 1
  ParameterId relative{};
  bool relative_to_key = false;
  // Hook M
  std::int64_t window = -1;
};

namespace op {

struct Attention {
  static constexpr const char* name = "attention";
  AttentionSpec spec;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    const std::int64_t width = spec.heads * spec.head_size;
    if (spec.heads < 1 || spec.kv_heads < 1 || spec.heads % spec.kv_heads != 0)
      throw ArgumentError("attention: " + std::to_string(spec.heads) + " heads cannot share " +
                          std::to_string(spec.kv_heads) + " key and value heads");
    if (in[0].cols != width) shape_error(name, in[0], {in[0].rows, width}, "queries are not heads x head size wide");
    for (const Extent& other : in.subspan(1))
      if (other != Extent{in[0].rows, spec.kv_heads * spec.head_size})
        shape_error(name, other, {in[0].rows, spec.kv_heads * spec.head_size},
                    "keys and values are not kv heads x head size wide");
    if (in[0].rows != env.segments.tokens())
      shape_error(name, in[0], {env.segments.tokens(), width}, "rows are not the tokens of the segments");
    if (spec.cosine && env.segments.longest() > env.layout[spec.cosine].rows())
      throw InputError("attention: a sequence of " + std::to_string(env.segments.longest()) +
                       " tokens is longer than the rotary table of " + std::to_string(env.layout[spec.cosine].rows()) +
                       " positions");
    if (spec.relative && env.segments.longest() > (env.layout[spec.relative].rows() + 1) / 2)
      throw InputError("attention: a sequence of " + std::to_string(env.segments.longest()) +
                       " tokens is longer than the relative table for " +
                       std::to_string((env.layout[spec.relative].rows() + 1) / 2) + " positions");
    return in[0];
  }
  template <class B>
  Extent saved(const Env<B>&, std::span<const Extent> in) const {
    return {in[0].rows, spec.heads};
  }
  template <class B>
  std::size_t scratch(const Env<B>& env, std::span<const Extent>) const {
    return env.kernels.attention_scratch(plan<B>(env), env.segments);
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B> log_sum, std::byte* scratch) const {
    if constexpr (requires {
                    env.kernels.attention(plan<B>(env), env.segments, in[0], in[1], in[2], y, log_sum, scratch);
                  })
      env.kernels.attention(plan<B>(env), env.segments, in[0], in[1], in[2], y, log_sum, scratch);
    else
      static_assert(detail::has_kernel<B>, "encore: this backend has no kernel for op 'attention' (docs/backends.md)");
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B> y, In<B> log_sum, In<B> dy,
                std::span<const Out<B>> dx) const {
    scalar_t<B>* drelative = nullptr;
    if (auto* gradient = env.gradient(spec.relative)) drelative = gradient->rows() + distance_zero(env.layout);
    env.kernels.attention_backward(plan<B>(env), env.segments, in[0], in[1], in[2], y, log_sum, dy, dx[0], dx[1], dx[2],
                                   drelative);
  }
  template <class B>
  double flops(const Env<B>& env, std::span<const Extent>) const {
    double pairs = 0;
    for (std::int64_t s = 0; s < env.segments.count(); ++s) {
      const double n = double(env.segments.length(s));
      pairs += n * (spec.window < 0 ? n : std::min(n, 2.0 * double(spec.window) + 1.0));
    }
    return 4.0 * pairs * double(spec.heads) * double(spec.head_size);
  }

 private:
  std::int64_t distance_zero(const ParameterLayout& layout) const {
    return (layout[spec.relative].rows() - 1) / 2 * spec.head_size;
  }

  // Pointers are null while nothing is computed.
  template <class B>
  AttentionPlan<scalar_t<B>> plan(const Env<B>& env) const {
    using S = scalar_t<B>;
    AttentionPlan<S> p{.heads = spec.heads,
                       .kv_heads = spec.kv_heads,
                       .head_size = spec.head_size,
                       .scale = S(spec.scale),
                       .rotary = spec.rotary,
                       .interleaved = spec.interleaved,
                       .uses_relative = bool(spec.relative),
                       .relative_to_key = spec.relative_to_key,
                       .window = spec.window};
    if (env.parameters && spec.cosine) {
      p.cosine = env.weights(spec.cosine).rows();
      p.sine = env.weights(spec.sine).rows();
    }
    if (env.parameters && spec.relative) p.relative = env.weights(spec.relative).rows() + distance_zero(env.layout);
    return p;
  }
};

}  // namespace op
}  // namespace encore
