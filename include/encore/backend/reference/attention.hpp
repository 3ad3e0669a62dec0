// SPDX-License-Identifier: Apache-2.0
// Packed softmax attention in plain loops, forward and backward, with every hook of the plan. Nothing N x N is stored:
// backward recomputes the probabilities from the saved log-sums (Dao et al. 2022, FlashAttention, algorithm 4, row by
// row).
#pragma once

#include <encore/backend/attention_plan.hpp>
#include <encore/core/segments.hpp>
#include <encore/core/tensor.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace encore::reference {

// Rotates the pairs of a head vector by the angles of a position; sign = -1 rotates back (the adjoint).
template <class S>
void rotate(const AttentionPlan<S>& plan, std::int64_t position, S sign, const S* in, S* out) {
  const std::int64_t half = plan.rotary / 2;
  for (std::int64_t c = plan.rotary; c < plan.head_size; ++c) out[c] = in[c];
  for (std::int64_t i = 0; i < half; ++i) {
    const std::int64_t a = plan.interleaved ? 2 * i : i;
    const std::int64_t b = plan.interleaved ? 2 * i + 1 : i + half;
    const S cosine = plan.cosine[position * half + i];
    const S sine = sign * plan.sine[position * half + i];
    const S x = in[a];
    const S y = in[b];
    out[a] = x * cosine - y * sine;
    out[b] = x * sine + y * cosine;
  }
}

// All heads of all rows, each by its position in its sequence.
template <class S>
void rotate_rows(const AttentionPlan<S>& plan, const Segments& segments, S sign, MatrixView<const S> x,
                 MatrixView<S> y) {
  for (std::int64_t s = 0; s < segments.count(); ++s)
    for (std::int64_t n = segments.begin(s); n < segments.end(s); ++n)
      for (std::int64_t c = 0; c < x.cols; c += plan.head_size)
        rotate(plan, n - segments.begin(s), sign, x.row(n) + c, y.row(n) + c);
}

// One head of one sequence: q, k (rotated) and v as [length, head_size], and the score of a pair.
template <class S>
struct AttentionHead {
  const AttentionPlan<S>& plan;
  std::int64_t head;
  std::int64_t length;
  std::vector<S> q, k;
  MatrixView<const S> v;
  AttentionDistances<DistanceRows<const S>> terms;
  const S* sink;                             // or null
  std::array<S, max_score_numbers> numbers;  // of the function of scores

  AttentionHead(const AttentionPlan<S>& p, std::int64_t h, MatrixView<const S> query, MatrixView<const S> key,
                MatrixView<const S> value, const AttentionDistances<MatrixView<const S>>& distances)
      : plan(p),
        head(h),
        length(query.rows),
        q(rotated(query)),
        k(rotated(key)),
        v(value),
        terms(distance_rows(distances, p.head_size)),
        sink(terms.sinks ? terms.sinks.row(0, h) : nullptr),
        numbers(p.score.of_head(h)) {}

  std::vector<S> rotated(MatrixView<const S> x) const {
    std::vector<S> result(std::size_t(x.rows * plan.head_size));
    for (std::int64_t i = 0; i < x.rows; ++i) {
      S* out = result.data() + i * plan.head_size;
      if (plan.cosine)
        rotate(plan, i, S(1), x.row(i), out);
      else
        std::copy_n(x.row(i), plan.head_size, out);
    }
    return result;
  }
  std::int64_t first_key(std::int64_t i) const {
    return plan.window < 0 ? 0 : std::max<std::int64_t>(0, i - plan.window);
  }
  std::int64_t last_key(std::int64_t i) const {
    return plan.window < 0 ? length : std::min(length, i + plan.window + 1);
  }

  // What multiplies the product of columns c of two rows so far apart.
  S decay(std::int64_t distance, std::int64_t c) const {
    if (!plan.decay || c >= plan.rotary) return S(1);
    const std::int64_t half = plan.rotary / 2;
    return plan.decay[std::abs(distance) * half + (plan.interleaved ? c / 2 : c % half)];
  }
  // Before the function of scores, if there is one.
  S plain_score(std::int64_t i, std::int64_t j) const {
    const S* qi = q.data() + i * plan.head_size;
    const S* kj = k.data() + j * plan.head_size;
    S sum = 0;
    for (std::int64_t c = 0; c < plan.head_size; ++c) sum += qi[c] * kj[c] * decay(i - j, c);
    const auto add_product = [&](const S* x, const DistanceRows<const S>& rows) {
      const S* r = rows.row(i - j, head);
      for (std::int64_t c = 0; c < plan.head_size; ++c) sum += x[c] * r[c];
    };
    if (terms.to_query) add_product(qi, terms.to_query);
    if (terms.to_key) add_product(kj, terms.to_key);
    const S all = sum * plan.scale + (terms.bias ? *terms.bias.row(i - j, head) : S(0));
    return plan.softcap > 0 ? plan.softcap * std::tanh(all / plan.softcap) : all;
  }
  // The score that the function makes of that one.
  S score(S plain, std::int64_t distance) const {
    return plan.score ? plan.score.value(plan.score.f, plain, S(distance), numbers.data()) : plain;
  }
  S score(std::int64_t i, std::int64_t j) const { return score(plain_score(i, j), i - j); }
  // The weight of a value; `log_sum` of the row's scores, sink and all.
  S weight(S score, S log_sum) const {
    return plan.weights == AttentionWeights::softmax ? std::exp(score - log_sum)
                                                     : S(1) / (S(1) + S(length) * std::exp(-score));
  }
  // Its derivative by the score, times dw - delta (softmax) or dw, the gradient of the weight.
  S slope(S weight, S dw, S delta) const {
    return plan.weights == AttentionWeights::softmax ? weight * (dw - delta) : weight * (S(1) - weight) * dw;
  }
  // The derivative of the cap where its result is `capped`.
  S cap_slope(S capped) const {
    const S part = plan.softcap > 0 ? capped / plan.softcap : S(0);
    return S(1) - part * part;
  }
};

// out [N, heads * head_size] = weights(scores) v per sequence and head; log_sum [N, heads] or null data, 0 where the
// weights are sigmoids. Query head h reads key and value head h / (heads / kv_heads).
template <class S>
void attention(const AttentionPlan<S>& plan, const Segments& segments, std::span<const MatrixView<const S>> in,
               const AttentionDistances<MatrixView<const S>>& distances, MatrixView<S> out, MatrixView<S> log_sum) {
  const std::int64_t d = plan.head_size;
  std::vector<S> weights(std::size_t(segments.longest()));
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    auto rows = [&](MatrixView<const S> x, std::int64_t head) {
      return MatrixView<const S>{x.row(segments.begin(s)) + head * d, segments.length(s), d, x.stride};
    };
    for (std::int64_t h = 0; h < plan.heads; ++h) {
      const std::int64_t shared = h / (plan.heads / plan.kv_heads);
      const AttentionHead<S> head(plan, h, rows(in[0], h), rows(in[1], shared), rows(in[2], shared), distances);
      for (std::int64_t i = 0; i < head.length; ++i) {
        const std::int64_t first = head.first_key(i);
        const std::int64_t last = head.last_key(i);
        S highest = head.sink ? *head.sink : head.score(i, first);
        for (std::int64_t j = first; j < last; ++j)
          highest = std::max(highest, weights[std::size_t(j)] = head.score(i, j));
        const bool softmax = plan.weights == AttentionWeights::softmax;
        S sum = head.sink ? std::exp(*head.sink - highest) : S(0);
        for (std::int64_t j = first; j < last; ++j) {
          S& weight = weights[std::size_t(j)];
          sum += weight = softmax ? std::exp(weight - highest) : head.weight(weight, S(0));
        }
        if (!softmax) sum = 1;
        S* result = out.row(segments.begin(s) + i) + h * d;
        std::fill_n(result, d, S(0));
        for (std::int64_t j = first; j < last; ++j)
          for (std::int64_t c = 0; c < d; ++c) result[c] += weights[std::size_t(j)] / sum * head.v(j, c);
        if (log_sum.data) log_sum(segments.begin(s) + i, h) = softmax ? highest + std::log(sum) : S(0);
      }
    }
  }
}

// Gradients of attention. With weights p, D_i = dout_i . out_i:
//   dv_j = sum_i p dout_i,  ds = p (dout_i . v_j - D_i),  dB[i - j] = sum ds,  and with ds times the scale
//   dq_i = sum_j ds (k_j + R),  dk_j = sum_i ds (q_i + R'),  dR[i - j] = sum ds q_i,  dR'[i - j] = sum ds k_j,
//   dsink = -sum_i exp(sink - log_sum_i) D_i,  dn = sum ds df/dn,
// terms where the plan has them (sigmoids, caps and decay: AttentionHead); dq and dk are rotated back. All are
// assigned, each may be null data.
template <class S>
void attention_backward(const AttentionPlan<S>& plan, const Segments& segments, std::span<const MatrixView<const S>> in,
                        const AttentionDistances<MatrixView<const S>>& distances, MatrixView<const S> out,
                        MatrixView<const S> log_sum, MatrixView<const S> dout, std::span<const MatrixView<S>> dx,
                        const AttentionDistances<MatrixView<S>>& ddistances, MatrixView<S> dnumbers = {}) {
  const std::int64_t d = plan.head_size;
  for (const MatrixView<S>& gradient : dx)
    for (std::int64_t n = 0; gradient.data && n < gradient.rows; ++n) std::fill_n(gradient.row(n), gradient.cols, S(0));
  for (std::int64_t n = 0; dnumbers.data && n < dnumbers.rows; ++n) std::fill_n(dnumbers.row(n), dnumbers.cols, S(0));
  const AttentionDistances<DistanceRows<S>> dterms = distance_rows(ddistances, d);
  std::vector<S> rotated_back(static_cast<std::size_t>(d));
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    const std::int64_t begin = segments.begin(s);
    auto rows = [&](auto x, std::int64_t head) {
      if (!x.data) return x;
      return decltype(x){x.row(begin) + head * d, segments.length(s), d, x.stride};
    };
    for (std::int64_t h = 0; h < plan.heads; ++h) {
      const std::int64_t shared = h / (plan.heads / plan.kv_heads);
      const AttentionHead<S> head(plan, h, rows(in[0], h), rows(in[1], shared), rows(in[2], shared), distances);
      const MatrixView<const S> o = rows(out, h);
      const MatrixView<const S> g = rows(dout, h);
      const MatrixView<S> dvh = rows(dx[2], shared);
      std::vector<S> dqh(std::size_t(head.length * d), S(0));
      std::vector<S> dkh(std::size_t(head.length * d), S(0));
      for (std::int64_t i = 0; i < head.length; ++i) {
        S delta = 0;
        for (std::int64_t c = 0; c < d; ++c) delta += g(i, c) * o(i, c);
        if (dterms.sinks) *dterms.sinks.row(0, h) -= std::exp(*head.sink - log_sum(begin + i, h)) * delta;
        for (std::int64_t j = head.first_key(i); j < head.last_key(i); ++j) {
          const S plain = head.plain_score(i, j);
          const S p = head.weight(head.score(plain, i - j), log_sum(begin + i, h));
          S dp = 0;
          for (std::int64_t c = 0; c < d; ++c) {
            if (dvh.data) dvh(j, c) += p * g(i, c);
            dp += g(i, c) * head.v(j, c);
          }
          S slope = head.slope(p, dp, delta);
          if (plan.score) {
            std::array<S, 1 + max_score_numbers> derivatives{};
            plan.score.derivatives(plan.score.f, plain, S(i - j), head.numbers.data(), derivatives.data());
            for (std::int64_t n = 0; dnumbers.data && n < dnumbers.rows; ++n)
              dnumbers(n, h) += slope * derivatives[std::size_t(1 + n)];
            slope *= derivatives[0];
          }
          slope *= head.cap_slope(plain);
          if (dterms.bias) *dterms.bias.row(i - j, h) += slope;
          const S ds = slope * plan.scale;
          const S* r = head.terms.to_query ? head.terms.to_query.row(i - j, h) : nullptr;
          const S* rk = head.terms.to_key ? head.terms.to_key.row(i - j, h) : nullptr;
          for (std::int64_t c = 0; c < d; ++c) {
            const S qi = head.q[std::size_t(i * d + c)];
            const S kj = head.k[std::size_t(j * d + c)];
            const S decay = head.decay(i - j, c);
            dqh[std::size_t(i * d + c)] += ds * (kj * decay + (r ? r[c] : S(0)));
            dkh[std::size_t(j * d + c)] += ds * (qi * decay + (rk ? rk[c] : S(0)));
            if (dterms.to_query) dterms.to_query.row(i - j, h)[c] += ds * qi;
            if (dterms.to_key) dterms.to_key.row(i - j, h)[c] += ds * kj;
          }
        }
      }
      auto add_rotated_back = [&](const std::vector<S>& gradient, MatrixView<S> into) {
        for (std::int64_t i = 0; into.data && i < head.length; ++i) {
          const S* row = gradient.data() + i * d;
          if (plan.cosine)
            rotate(plan, i, S(-1), row, rotated_back.data());
          else
            std::copy_n(row, d, rotated_back.data());
          for (std::int64_t c = 0; c < d; ++c) into(i, c) += rotated_back[std::size_t(c)];
        }
      };
      add_rotated_back(dqh, rows(dx[0], h));
      add_rotated_back(dkh, rows(dx[1], shared));
    }
  }
}

}  // namespace encore::reference
