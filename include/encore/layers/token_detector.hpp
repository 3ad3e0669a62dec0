// SPDX-License-Identifier: Apache-2.0
// Replaced token detection as DeBERTa v3 was trained for it. He, Gao & Chen 2021, "DeBERTaV3"; microsoft/DeBERTa
// apps/models/replaced_token_detection_model.py.
#pragma once

#include <encore/layers/heads.hpp>

namespace encore {

// One logit a token, positive where it was replaced: classifier(activation(dense(norm(x + x of the first token)))),
// [N, C] -> [N, 1]. Parameters `norm`, `dense` [C, C], `classifier` [1, C].
template <class Norm>
struct TokenDetector {
  Norm norm;
  Linear dense;
  Activation activation;
  Linear classifier;

  TokenDetector(Builder b, const ModelShape& shape, Activation a, const options_t<Norm>& norm_options)
      : norm(construct<Norm>(b / "norm", shape.hidden, norm_options)),
        dense(b / "dense", shape.hidden, shape.hidden),
        activation(a),
        classifier(b / "classifier", shape.hidden, 1) {}
  auto operator()(auto& ex, const auto& x, const BatchIndices& in) const {
    auto first = ex.gather_rows(x, ex.indices(in.sequence_firsts));  // [N, C]
    auto normal = norm(ex, x, first);
    auto mapped = dense(ex, normal);
    auto active = ex.activate(activation, mapped);
    return classifier(ex, active);
  }
};

}  // namespace encore
