// SPDX-License-Identifier: Apache-2.0
// Linear attention in plain loops, head by head of each sequence. What a head keeps of its keys and values are the sums
// A = sum_j k_j v_j^T [F, D] and z = sum_j k_j [F]. Formulas: ops/linear_attention.hpp; q and k are features here.
#pragma once

#include <encore/core/segments.hpp>
#include <encore/core/tensor.hpp>

#include <algorithm>
#include <vector>

namespace encore::reference {

// The columns of head h of `heads` in the rows of sequence s; null data stays null.
template <class T>
MatrixView<T> head_rows(const Segments& segments, std::int64_t s, std::int64_t heads, std::int64_t h, MatrixView<T> x) {
  const std::int64_t width = x.cols / heads;
  return {x.data ? x.row(segments.begin(s)) + h * width : nullptr, segments.length(s), width, x.stride};
}

// A and, behind it, z: F (D + 1) numbers.
template <class S>
void sum_keys_and_values(MatrixView<const S> k, MatrixView<const S> v, S* sums) {
  S* total = sums + k.cols * v.cols;
  std::fill_n(sums, k.cols * (v.cols + 1), S(0));
  for (std::int64_t j = 0; j < k.rows; ++j) {
    for (std::int64_t f = 0; f < k.cols; ++f) {
      total[f] += k(j, f);
      for (std::int64_t c = 0; c < v.cols; ++c) sums[f * v.cols + c] += k(j, f) * v(j, c);
    }
  }
}

// One head of one sequence. sums: room for F (D + 1) numbers.
template <class S>
void linear_attention_head(MatrixView<const S> q, MatrixView<const S> k, MatrixView<const S> v, MatrixView<S> y,
                           S* sums) {
  sum_keys_and_values(k, v, sums);
  const S* total = sums + k.cols * v.cols;
  for (std::int64_t i = 0; i < q.rows; ++i) {
    S* result = y.row(i);
    S weight = 0;
    std::fill_n(result, y.cols, S(0));
    for (std::int64_t f = 0; f < q.cols; ++f) {
      weight += q(i, f) * total[f];
      for (std::int64_t c = 0; c < y.cols; ++c) result[c] += q(i, f) * sums[f * y.cols + c];
    }
    for (std::int64_t c = 0; c < y.cols; ++c) result[c] /= weight;
  }
}

template <class S>
void linear_attention(std::int64_t heads, const Segments& segments, MatrixView<const S> q, MatrixView<const S> k,
                      MatrixView<const S> v, MatrixView<S> y, S* sums) {
  for (std::int64_t s = 0; s < segments.count(); ++s)
    for (std::int64_t h = 0; h < heads; ++h)
      linear_attention_head(head_rows(segments, s, heads, h, q), head_rows(segments, s, heads, h, k),
                            head_rows(segments, s, heads, h, v), head_rows(segments, s, heads, h, y), sums);
}

// Gradients of one head. With g_i = dy_i / (q_i . z) and e_i = -(g_i . y_i),
//   dq_i = A g_i + e_i z,  dA = sum_i q_i g_i^T,  dz = sum_i e_i q_i,  dk_j = dA v_j + dz,  dv_j = dA^T k_j.
// All are assigned, each may be null data.
template <class S>
void linear_attention_head_backward(MatrixView<const S> q, MatrixView<const S> k, MatrixView<const S> v,
                                    MatrixView<const S> y, MatrixView<const S> dy, MatrixView<S> dq, MatrixView<S> dk,
                                    MatrixView<S> dv) {
  const std::int64_t features = q.cols, d = v.cols;
  std::vector<S> sums(std::size_t(features * (d + 1)));
  std::vector<S> dsums(sums.size(), S(0));  // dA and, behind it, dz
  std::vector<S> g(static_cast<std::size_t>(d));
  sum_keys_and_values(k, v, sums.data());
  const S* total = sums.data() + features * d;
  S* dtotal = dsums.data() + features * d;
  for (std::int64_t i = 0; i < q.rows; ++i) {
    S weight = 0;
    for (std::int64_t f = 0; f < features; ++f) weight += q(i, f) * total[f];
    S e = 0;
    for (std::int64_t c = 0; c < d; ++c) {
      g[std::size_t(c)] = dy(i, c) / weight;
      e -= g[std::size_t(c)] * y(i, c);
    }
    for (std::int64_t f = 0; f < features; ++f) {
      S dquery = e * total[f];
      dtotal[f] += e * q(i, f);
      for (std::int64_t c = 0; c < d; ++c) {
        dquery += sums[std::size_t(f * d + c)] * g[std::size_t(c)];
        dsums[std::size_t(f * d + c)] += q(i, f) * g[std::size_t(c)];
      }
      if (dq.data) dq(i, f) = dquery;
    }
  }
  for (std::int64_t j = 0; j < k.rows; ++j) {
    if (dv.data) std::fill_n(dv.row(j), d, S(0));
    for (std::int64_t f = 0; f < features; ++f) {
      S dkey = dtotal[f];
      for (std::int64_t c = 0; c < d; ++c) {
        dkey += dsums[std::size_t(f * d + c)] * v(j, c);
        if (dv.data) dv(j, c) += dsums[std::size_t(f * d + c)] * k(j, f);
      }
      if (dk.data) dk(j, f) = dkey;
    }
  }
}

template <class S>
void linear_attention_backward(std::int64_t heads, const Segments& segments, MatrixView<const S> q,
                               MatrixView<const S> k, MatrixView<const S> v, MatrixView<const S> y,
                               MatrixView<const S> dy, MatrixView<S> dq, MatrixView<S> dk, MatrixView<S> dv) {
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    for (std::int64_t h = 0; h < heads; ++h) {
      auto rows = [&](auto x) { return head_rows(segments, s, heads, h, x); };
      linear_attention_head_backward(rows(q), rows(k), rows(v), rows(y), rows(dy), rows(dq), rows(dk), rows(dv));
    }
  }
}

}  // namespace encore::reference
