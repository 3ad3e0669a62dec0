// SPDX-License-Identifier: Apache-2.0
// What stands on an encoder: the pooler and heads of Devlin et al. 2019, as google-research/bert and transformers have
// them.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/layers/embedding.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/norm.hpp>

#include <optional>

namespace encore {

// Numbers of a pooler.
struct PoolerOptions {
  bool dense = true;  // false, where a pooler can do without: it has no weights
};

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

// Whether the decoder is the word table itself. where_alike: a checkpoint that has a decoder of its own decides
// (models/tying.hpp), and without one it is.
enum class Tied : std::uint8_t { no, yes, where_alike };

// Numbers of a masked-language-model head.
struct LmHeadOptions {
  Tied tied = Tied::yes;
  Activation activation = Activation::gelu_erf;
  Bias dense_bias = Bias::yes;
  Bias decoder_bias = Bias::yes;
  bool enhanced = false;            // EnhancedMaskDecoder
  bool words_from_decoder = false;  // the checkpoint has the word table under the decoder's name alone
};

// decoder(norm(activation(dense(x)))) + bias: [N, C] -> [N, E] -> [N, vocabulary]. Tied: the decoder's weight is the
// word table.
template <class Norm>
struct MaskedLmHead {
  Linear dense;
  Activation activation;
  Norm norm;
  ParameterId decoder;
  ParameterId bias;

  MaskedLmHead(Builder b, const ModelShape& shape, const LmHeadOptions& options, const options_t<Norm>& norm_options,
               ParameterId words)
      : dense(b / "dense", shape.hidden, shape.embedding_width(), options.dense_bias),
        activation(options.activation),
        norm(construct<Norm>(b / "norm", shape.embedding_width(), norm_options)),
        decoder(options.tied == Tied::no ? (b / "decoder").weight("weight", shape.vocabulary, shape.embedding_width())
                                         : words) {
    if (options.decoder_bias == Bias::yes) bias = b.vector("bias", shape.vocabulary, Init::zeros);
    b.layout()[decoder].reads_product = true;
  }
  auto operator()(auto& ex, const auto& x) const {
    auto mapped = dense(ex, x);
    auto active = ex.activate(activation, mapped);
    auto normal = norm(ex, active);
    return ex.linear(normal, decoder, bias);
  }
};

// Numbers of the map that some architectures put before a classifier.
struct FeatureOptions {
  bool present = false;
  bool dense = true;
  Activation activation = Activation::tanh;
  Bias bias = Bias::yes;
  bool norm = false;
};

// norm(activation(dense(x))): [n, C] -> [n, C], for tokens or for sequences; dense and norm where they are wanted.
template <class Norm>
struct ClassifierFeatures {
  std::optional<Linear> dense;
  Activation activation;
  std::optional<Norm> norm;

  ClassifierFeatures(Builder b, const ModelShape& shape, const FeatureOptions& options,
                     const options_t<Norm>& norm_options)
      : activation(options.activation) {
    if (options.dense) dense.emplace(b / "dense", shape.hidden, shape.hidden, options.bias);
    if (options.norm) norm = construct<Norm>(b / "norm", shape.hidden, norm_options);
  }
  auto operator()(auto& ex, const auto& x) const {
    auto mapped = dense ? (*dense)(ex, x) : x;
    auto active = ex.activate(activation, mapped);
    return norm ? (*norm)(ex, active) : active;
  }
};

// A head that a spec does not have.
struct AbsentHead {};

}  // namespace encore
