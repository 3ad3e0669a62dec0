// SPDX-License-Identifier: Apache-2.0
// All kernels over plain rows in one class: what Reference<S> runs, and what a faster backend inherits and hides piece
// by piece (training kernels that nobody has tuned yet stay right that way).
#pragma once

#include <encore/backend/reference/attention.hpp>
#include <encore/backend/reference/elementwise.hpp>
#include <encore/backend/reference/fourier.hpp>
#include <encore/backend/reference/linear.hpp>
#include <encore/backend/reference/linear_attention.hpp>
#include <encore/backend/reference/loss.hpp>
#include <encore/backend/reference/norm.hpp>
#include <encore/backend/reference/rotate_by_length.hpp>
#include <encore/backend/reference/row_memory.hpp>
#include <encore/backend/reference/rows.hpp>
#include <encore/backend/reference/scale.hpp>

namespace encore::reference {

// Storage gives `rows()`: the plain rows of a parameter. Views are documented at the functions called.
template <class S, class Storage>
class RowKernels : public RowMemory<S> {
 public:
  using In = MatrixView<const S>;
  using Out = MatrixView<S>;

  // A product can take its second summand along without moving a rounding point.
  static constexpr bool adds_residual = true;

  void linear(In x, const Storage& w, const Storage* b, Activation activation, In residual, Out y) const {
    reference::linear(x, w.rows(), b ? b->rows() : nullptr, activation, residual, y);
  }
  void linear_backward(In x, const Storage& w, In dy, Out dx, Storage* dw, Storage* db) const {
    reference::linear_backward(x, w.rows(), dy, dx, dw ? dw->rows() : nullptr, db ? db->rows() : nullptr);
  }

  void norm(NormKind kind, In x, In residual, const Storage* gain, const Storage* bias, double eps, Out y,
            Out statistics) const {
    const S* g = gain ? gain->rows() : nullptr;
    if (kind == NormKind::layer)
      layer_norm(x, residual, g, bias ? bias->rows() : nullptr, S(eps), y, statistics);
    else if (kind == NormKind::rms)
      rms_norm(x, residual, g, S(eps), y, statistics);
    else
      affine_norm(x, residual, g, bias ? bias->rows() : nullptr, y, statistics);
  }
  void norm_backward(NormKind kind, In x, In residual, const Storage* gain, In statistics, In dy, Out dz,
                     Storage* dgain, Storage* dbias) const {
    reference::norm_backward(x, residual, gain ? gain->rows() : nullptr, kind, statistics, dy, dz,
                             dgain ? dgain->rows() : nullptr, dbias ? dbias->rows() : nullptr);
  }

  template <class F, std::size_t n>
  void map(const F& f, const std::array<In, n>& in, Out y) const {
    reference::map(f, in, y);
  }
  template <class F, std::size_t n>
  void map_backward(const F& f, const std::array<In, n>& in, In dy, const std::array<Out, n>& dx) const {
    reference::map_backward(f, in, dy, dx);
  }
  void activate(Activation activation, In x, Out y) const {
    reference::map(ActivateFunction{activation}, std::array{x}, y);
  }
  void activate_backward(Activation activation, In x, In dy, Out dx) const {
    reference::map_backward(ActivateFunction{activation}, std::array{x}, dy, std::array{dx});
  }
  void gate(Activation activation, In u, In g, Out y) const {
    reference::map(GateFunction{activation}, std::array{u, g}, y);
  }
  void gate_backward(Activation activation, In u, In g, In dy, Out du, Out dg) const {
    reference::map_backward(GateFunction{activation}, std::array{u, g}, dy, std::array{du, dg});
  }
  void add(In x, In y, Out z) const { reference::map(AddFunction{}, std::array{x, y}, z); }
  void dropout(In x, float p, RandomStream stream, Out y) const { reference::dropout(x, p, stream, y); }
  void drop_sequences(const Segments& segments, In x, float p, RandomStream stream, Out y) const {
    reference::drop_sequences(segments, x, p, stream, y);
  }
  void scale(In x, In s, Out y) const { reference::scale(x, s, y); }
  void scale_backward(In x, In dy, Out ds) const { reference::scale_backward(x, dy, ds); }

  static constexpr bool takes_score_functions = true;
  // Bytes of scratch that attention wants for the longest sequence.
  std::size_t attention_scratch(const AttentionPlan<S>&, const Segments&) const { return 0; }
  void attention(const AttentionPlan<S>& plan, const Segments& segments, std::span<const In> in,
                 const AttentionDistances<In>& distances, Out out, Out log_sum, std::byte*) const {
    reference::attention(plan, segments, in, distances, out, log_sum);
  }
  void attention_backward(const AttentionPlan<S>& plan, const Segments& segments, std::span<const In> in,
                          const AttentionDistances<In>& distances, In out, In log_sum, In dout, std::span<const Out> dx,
                          const AttentionDistances<Out>& ddistances, Out dnumbers = {}) const {
    reference::attention_backward(plan, segments, in, distances, out, log_sum, dout, dx, ddistances, dnumbers);
  }

  // Bytes of scratch for the sums of one head.
  std::size_t linear_attention_scratch(std::int64_t features, std::int64_t head_size) const {
    return std::size_t(features * (head_size + 1)) * sizeof(S);
  }
  void linear_attention(std::int64_t heads, const Segments& segments, In q, In k, In v, Out y,
                        std::byte* scratch) const {
    reference::linear_attention(heads, segments, q, k, v, y, reinterpret_cast<S*>(scratch));
  }
  void linear_attention_backward(std::int64_t heads, const Segments& segments, In q, In k, In v, In y, In dy, Out dq,
                                 Out dk, Out dv) const {
    reference::linear_attention_backward(heads, segments, q, k, v, y, dy, dq, dk, dv);
  }
  void fourier(const Segments& segments, In u, In w, Out y) const { reference::fourier(segments, u, w, y); }
  void fourier_backward(const Segments& segments, In dy, Out du, Out dw) const {
    reference::fourier_backward(segments, dy, du, dw);
  }

  void embed(std::span<const LookupTerm<S>> terms, Out y) const { reference::embed(terms, y); }
  void embed_backward(Indices indices, std::int64_t offset, In dy, Storage& dtable) const {
    reference::embed_backward(indices, offset, dy, dtable.rows());
  }
  void rotate(const AttentionPlan<S>& plan, const Segments& segments, bool back, In x, Out y) const {
    reference::rotate_rows(plan, segments, S(back ? -1 : 1), x, y);
  }
  void rotate_by_length(const LengthRotation& rotation, const Segments& segments, bool back, In x, Out y) const {
    reference::rotate_by_length(rotation, segments, back, x, y);
  }
  void shift(std::int64_t by, const Segments& segments, In x, Out y) const { reference::shift(by, segments, x, y); }
  void gather_rows(In x, Indices indices, Out y) const { reference::gather_rows(x, indices, y); }
  void gather_rows_backward(Indices indices, In dy, Out dx) const { reference::gather_rows_backward(indices, dy, dx); }
  void pool(Pooling pooling, const Segments& segments, Indices firsts, In x, Out y) const {
    reference::pool(pooling, segments, firsts, x, y);
  }
  void pool_backward(Pooling pooling, const Segments& segments, Indices firsts, In x, In dy, Out dx) const {
    reference::pool_backward(pooling, segments, firsts, x, dy, dx);
  }
  void weighted_pool(const Segments& segments, In x, In scores, Out y, Out log_sums) const {
    reference::weighted_pool(segments, x, scores, y, log_sums);
  }
  void weighted_pool_backward(const Segments& segments, In x, In scores, In y, In log_sums, In dy, Out dx,
                              Out dscores) const {
    reference::weighted_pool_backward(segments, x, scores, y, log_sums, dy, dx, dscores);
  }
  void l2_normalise(In x, double eps, Out y) const { reference::l2_normalise(x, S(eps), y); }
  void l2_normalise_backward(In x, double eps, In y, In dy, Out dx) const {
    reference::l2_normalise_backward(x, S(eps), y, dy, dx);
  }

  void cross_entropy(In logits, Indices targets, Out loss, Out log_sums) const {
    reference::cross_entropy(logits, targets, loss, log_sums);
  }
  void cross_entropy_backward(In logits, Indices targets, In log_sums, In dloss, Out dlogits) const {
    reference::cross_entropy_backward(logits, targets, log_sums, dloss(0, 0), dlogits);
  }
};

}  // namespace encore::reference
