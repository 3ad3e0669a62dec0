// SPDX-License-Identifier: Apache-2.0
// What stands on an encoder: the pooler and heads of Devlin et al. 2019, as google-research/bert and transformers have
// them.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/layers/embedding.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/norm.hpp>

namespace encore {

// tanh(dense(x of the first token)): [N, C] -> [sequences, C].
struct TanhPooler {
  Linear dense;

  TanhPooler(Builder b, const ModelShape& shape) : dense(b / "dense", shape.hidden, shape.hidden) {}
  auto operator()(auto& ex, const auto& x, const BatchIndices& in) const {
    auto first = ex.gather_rows(x, in.first_rows);
    auto mapped = dense(ex, first);
    return ex.activate(Activation::tanh, mapped);
  }
};

// Whether the decoder is the word table itself.
enum class Tied : bool { no, yes };

// decoder(norm(activation(dense(x)))) + bias: [N, C] -> [N, vocabulary]. Tied: the decoder's weight is the word
// embedding.
template <class Norm>
struct MaskedLmHead {
  Linear dense;
  Activation activation;
  Norm norm;
  ParameterId decoder;
  ParameterId bias;

  MaskedLmHead(Builder b, const ModelShape& shape, Activation act, const options_t<Norm>& norm_options,
               ParameterId words, Tied tied)
      : dense(b / "dense", shape.hidden, shape.hidden),
        activation(act),
        norm(make_norm<Norm>(b / "norm", shape.hidden, norm_options)),
        decoder(tied == Tied::yes ? words : (b / "decoder").weight("weight", shape.vocabulary, shape.hidden)),
        bias(b.vector("bias", shape.vocabulary, Init::zeros)) {
    b.layout()[decoder].reads_product = true;
  }
  auto operator()(auto& ex, const auto& x) const {
    auto mapped = dense(ex, x);
    auto active = ex.activate(activation, mapped);
    auto normal = norm(ex, active);
    return ex.linear(normal, decoder, bias);
  }
};

// A head that a spec does not have.
struct AbsentHead {};

}  // namespace encore
