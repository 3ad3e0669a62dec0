// SPDX-License-Identifier: Apache-2.0
// Packed attention: q [N, H D], k and v [N, Hkv D] -> [N, H D]. For head h of each sequence of n tokens,
//   s_ij = f(cap(scale (sum_c q_ic k_jc d_c(|i - j|) + q_i . R[i - j] + k_j . R'[i - j]) + B[i - j]), i - j, n_h)
//   out_i = sum_j w_ij v_j,  w_ij = exp(s_ij) / (sum_j exp(s_ij) + exp(sink_h)), or sigmoid(s_ij - log n)
// over the keys of the same sequence (within the window, if there is one); d, R, R', B, the sink, the cap, t tanh(s /
// t), and the user's function f with numbers n of each head, where there are such. Online softmax: nothing N x N
// exists, forward or backward. Position policies arrive lowered to data (AttentionSpec; docs/design.md). R, R' [2 P -
// 1, H D] (or [2 P - 1, D], shared by the heads), B [2 P - 1, H], the sinks [1, H] and n [k, H] are operands; distance
// i - j is row i - j + P - 1, and P is at least the longest sequence. y aliases nothing. Saved: log-sums [N, H].
// Sources: Vaswani et al. 2017; Dao et al. 2022 (tiling, recomputation); Shaw et al. 2018; Su et al. 2021 (RoPE); Xiao
// et al. 2023 and OpenAI's gpt-oss 2025 (sinks); Gemma Team 2024 (cap).
#pragma once

#include <encore/backend/attention_plan.hpp>
#include <encore/ops/kernel_call.hpp>
#include <encore/ops/rotation.hpp>

namespace encore {

// What the layers say about an attention; tables are constants of the layout.
using AttentionSpec = AttentionHooks<std::int64_t, double, ParameterId>;

namespace op {

// Rows in place of the spec's tables, where sequences are longer than those.
struct ComputedTables {
  ComputedRows cosine{}, sine{}, decay{};
};

// What kernels are told of a spec. Pointers are null while nothing is computed.
template <class B>
AttentionPlan<scalar_t<B>> plan_attention(const Env<B>& env, const AttentionSpec& spec, const ComputedTables& computed,
                                          const AttentionDistances<bool>& has) {
  using S = scalar_t<B>;
  const auto rows = [&](ParameterId table) -> const S* {
    if (!env.parameters || !table) return nullptr;
    return rows_by_position(env, table,
                            table == spec.cosine ? computed.cosine
                            : table == spec.sine ? computed.sine
                                                 : computed.decay);
  };
  return {spec.converted<std::int64_t, S>(rows), {has, bool(spec.decay)}};
}

ENCORE_KERNEL(attention)
struct Attention {
  static constexpr const char* name = "attention";
  AttentionSpec spec;
  ComputedTables computed{};
  AttentionDistances<bool> has{};  // the operands behind q, k and v

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
    if (has.sinks && spec.weights == AttentionWeights::sigmoid)
      throw ArgumentError("attention: sinks belong to a softmax, the weights are sigmoids");
    if (spec.decay && !spec.cosine) throw ArgumentError("attention: decay by distance needs a rotation");
    if constexpr (requires { env.kernels.check_attention(plan<B>(env)); }) env.kernels.check_attention(plan<B>(env));
    if (spec.cosine) {
      check_rotary(name, spec.rotary, spec.head_size);
      check_positions(name, env.layout, env.segments, spec.cosine, computed.cosine, spec.rotary);
      check_positions(name, env.layout, env.segments, spec.sine, computed.sine, spec.rotary);
    }
    if (spec.decay) check_positions(name, env.layout, env.segments, spec.decay, computed.decay, spec.rotary);
    std::size_t end = in.size();
    if (has.sinks && in[--end] != Extent{1, spec.heads})
      shape_error(name, in[end], {1, spec.heads}, "a sink is a number for each head");
    for (std::size_t i = 3; i < end; ++i) {
      const bool numbers = has.bias && i + 1 == end;
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
    forward_as(env, plan<B>(env), in, y, log_sum, scratch);
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

 protected:
  template <class B>
  void forward_as(const Env<B>& env, const AttentionPlan<scalar_t<B>>& plan, std::span<const In<B>> in, Out<B> y,
                  Out<B> log_sum, std::byte* scratch) const {
    attention_kernel(env.kernels, plan, env.segments, in, distances<B>(in), y, log_sum, scratch);
  }
  // The operands behind q, k and v, or their gradients; null data where one is absent.
  template <class B, class View>
  AttentionDistances<View> distances(std::span<const View> views) const {
    std::size_t next = 3;
    return has.each([&](bool present) { return present ? views[next++] : View{}; });
  }

  template <class B>
  AttentionPlan<scalar_t<B>> plan(const Env<B>& env) const {
    return plan_attention(env, spec, computed, has);
  }
};

namespace detail {
// Once for each backend, whatever runs it and whichever the function.
template <class Kernels>
void refuse_score_functions() {
  static_assert(refused<Kernels>, "encore: attention on this backend takes no function of scores");
}
}  // namespace detail

// The same with a function of scores and k numbers of each head, the last operand where there are any (hook S).
template <class F, std::size_t k>
struct ScoredAttention : Attention {
  F f;

  template <class B>
  Extent output(const Env<B>& env, std::span<const Extent> in) const {
    if constexpr (!takes_functions<B>()) detail::refuse_score_functions<Kernels<B>>();
    if (k > 0 && in.back() != Extent{std::int64_t(k), spec.heads})
      shape_error(name, in.back(), {std::int64_t(k), spec.heads}, "a function of scores has k numbers for each head");
    return Attention::output(env, without_numbers(in));
  }
  template <class B>
  void forward(const Env<B>& env, std::span<const In<B>> in, Out<B> y, Out<B> log_sum, std::byte* scratch) const {
    if constexpr (takes_functions<B>()) forward_as(env, scored_plan<B>(env, in), in, y, log_sum, scratch);
  }
  template <class B>
  void backward(const Env<B>& env, std::span<const In<B>> in, In<B> y, In<B> log_sum, In<B> dy,
                std::span<const Out<B>> dx) const {
    if constexpr (takes_functions<B>())
      env.kernels.attention_backward(scored_plan<B>(env, in), env.segments, in, distances<B>(in), y, log_sum, dy,
                                     without_numbers(dx), distances<B>(dx), k > 0 ? dx.back() : Out<B>{});
  }

 private:
  template <class B>
  static constexpr bool takes_functions() {
    if constexpr (requires { Kernels<B>::takes_score_functions; })
      return Kernels<B>::takes_score_functions;
    else
      return false;
  }
  template <class T>
  static std::span<const T> without_numbers(std::span<const T> operands) {
    return operands.first(operands.size() - (k > 0));
  }
  template <class B>
  AttentionPlan<scalar_t<B>> scored_plan(const Env<B>& env, std::span<const In<B>> in) const {
    auto result = plan<B>(env);
    result.score = score_hook<scalar_t<B>, k>(f, k > 0 ? in.back() : In<B>{});
    if constexpr (requires { env.kernels.template score_block<F, k>(); })
      result.score.block = env.kernels.template score_block<F, k>();
    return result;
  }
};

}  // namespace op
}  // namespace encore
