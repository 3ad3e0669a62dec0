// SPDX-License-Identifier: Apache-2.0
// Packed attention: q [N, H D], k and v [N, Hkv D] -> [N, H D]. For head h of each sequence of n tokens,
//   s_ij = cap(scale (sum_c q_ic k_jc d_c(|i - j|) + q_i . R[i - j] + k_j . R'[i - j]) + B[i - j])
//   out_i = sum_j w_ij v_j,  w_ij = exp(s_ij) / (sum_j exp(s_ij) + exp(sink_h)), or sigmoid(s_ij - log n)
// over the keys of the same sequence (within the window, if there is one); d, R, R', B, the sink and the cap, t tanh(s /
// t), where there are such. Online softmax: nothing N x N exists, forward or backward. Position policies arrive lowered
// to data (AttentionSpec; docs/design.md). R, R' [2 P - 1, H D] (or [2 P - 1, D], shared by the heads), B [2 P - 1, H] and
// the sinks [1, H] are operands; distance i - j is row i - j + P - 1, and P is at least the longest sequence. y aliases
// nothing. Saved: log-sums [N, H]. Sources: Vaswani et al. 2017; Dao et al. 2022 (tiling, recomputation); Shaw et al.
// 2018; Su et al. 2021 (RoPE); Xiao et al. 2023 and OpenAI's gpt-oss 2025 (sinks); Gemma Team 2024 (cap).
#pragma once

#include <encore/backend/attention_plan.hpp>
#include <encore/ops/rotation.hpp>

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
  bool turns_values = false;  // the layer turns the values too
  ParameterId decay{};        // constant [positions, rotary / 2], by |i - j|; with a rotation only
  // Hook M
  std::int64_t window = -1;
  // What becomes of a score.
  double softcap = 0;  // 0: none
  AttentionWeights weights = AttentionWeights::softmax;
};

namespace op {

struct Attention {
  static constexpr const char* name = "attention";
  AttentionSpec spec;
  ComputedRows cosine{}, sine{}, decay{};  // in place of the spec's, where sequences are longer than those
  // Operands behind q, k and v, in this order.
  bool to_query = false;
  bool to_key = false;
  bool bias = false;
  bool sinks = false;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    const std::int64_t width = spec.heads * spec.head_size;
    if (spec.heads < 1 || spec.kv_heads < 1 || spec.heads % spec.kv_heads != 0)
      throw ArgumentError("attention: " + std::to_string(spec.heads) + " heads cannot share " +
                          std::to_string(spec.kv_heads) + " key and value heads");
    if (in[0].cols != width) shape_error(name, in[0], {in[0].rows, width}, "queries are not heads x head size wide");
    for (const Extent& other : in.subspan(1, 2))
      if (other != Extent{in[0].rows, spec.kv_heads * spec.head_size})
        shape_error(name, other, {in[0].rows, spec.kv_heads * spec.head_size},
                    "keys and values are not kv heads x head size wide");
    if (in[0].rows != env.segments.tokens())
      shape_error(name, in[0], {env.segments.tokens(), width}, "rows are not the tokens of the segments");
    if (spec.softcap < 0) throw ArgumentError("attention: softcap = " + std::to_string(spec.softcap) + " is negative");
    if (sinks && spec.weights == AttentionWeights::sigmoid)
      throw ArgumentError("attention: sinks belong to a softmax, the weights are sigmoids");
    if (spec.decay && !spec.cosine) throw ArgumentError("attention: decay by distance needs a rotation");
    if constexpr (requires { env.kernels.check_attention(plan<B>(env)); }) env.kernels.check_attention(plan<B>(env));
    if (spec.cosine) {
      check_rotary(name, spec.rotary, spec.head_size);
      check_positions(name, env.layout, env.segments, spec.cosine, cosine, spec.rotary);
      check_positions(name, env.layout, env.segments, spec.sine, sine, spec.rotary);
    }
    if (spec.decay) check_positions(name, env.layout, env.segments, spec.decay, decay, spec.rotary);
    std::size_t end = in.size();
    if (sinks && in[--end] != Extent{1, spec.heads})
      shape_error(name, in[end], {1, spec.heads}, "a sink is a number for each head");
    for (std::size_t i = 3; i < end; ++i) {
      const bool numbers = bias && i + 1 == end;
      if (numbers ? in[i].cols != spec.heads : in[i].cols != width && in[i].cols != spec.head_size)
        shape_error(name, in[i], {in[i].rows, numbers ? spec.heads : width}, "columns of rows by distance");
      if (in[i].rows % 2 == 0) shape_error(name, in[i], {in[i].rows + 1, in[i].cols}, "rows by distance are 2 P - 1");
      if (env.segments.longest() > (in[i].rows + 1) / 2)
        throw InputError("attention: a sequence of " + std::to_string(env.segments.longest()) +
                         " tokens is longer than the rows by distance for " + std::to_string((in[i].rows + 1) / 2) +
                         " positions");
    }
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
                    env.kernels.attention(plan<B>(env), env.segments, in, distances<B>(in), y, log_sum, scratch);
                  })
      env.kernels.attention(plan<B>(env), env.segments, in, distances<B>(in), y, log_sum, scratch);
    else
      static_assert(detail::has_kernel<B>, "encore: this backend has no kernel for op 'attention' (docs/backends.md)");
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B> y, In<B> log_sum, In<B> dy,
                std::span<const Out<B>> dx) const {
    env.kernels.attention_backward(plan<B>(env), env.segments, in, distances<B>(in), y, log_sum, dy, dx,
                                   distances<B>(dx));
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
  // The operands behind q, k and v, or their gradients; null data where one is absent.
  template <class B, class View>
  AttentionDistances<View> distances(std::span<const View> views) const {
    AttentionDistances<View> result;
    std::size_t next = 3;
    if (to_query) result.to_query = views[next++];
    if (to_key) result.to_key = views[next++];
    if (bias) result.bias = views[next++];
    if (sinks) result.sinks = views[next++];
    return result;
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
                       .uses_to_query = to_query,
                       .uses_to_key = to_key,
                       .uses_bias = bias,
                       .window = spec.window,
                       .softcap = S(spec.softcap),
                       .weights = spec.weights,
                       .uses_sinks = sinks,
                       .uses_decay = bool(spec.decay)};
    if (env.parameters && spec.cosine) {
      p.cosine = rows_by_position(env, spec.cosine, cosine);
      p.sine = rows_by_position(env, spec.sine, sine);
    }
    if (env.parameters && spec.decay) p.decay = rows_by_position(env, spec.decay, decay);
    return p;
  }
};

}  // namespace op
}  // namespace encore
