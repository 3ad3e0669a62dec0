// SPDX-License-Identifier: Apache-2.0
// From the logits of a masked language model to one sparse vector over the vocabulary. Formal, Piwowarski & Clinchant
// 2021, SPLADE (the sum); Formal et al. 2021, SPLADE v2 (the maximum); Geng et al. 2025 (the second logarithm).
#pragma once

#include <encore/core/tensor.hpp>
#include <encore/io/sparse_encoder.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace encore {

// One entry of a sparse vector: an id of the vocabulary and its weight, which is above zero.
struct TokenWeight {
  std::int32_t token = 0;
  float weight = 0;
};

// w_v = max or sum over tokens of log(1 + relu(logits[token, v])), or of the logarithm of 1 and that; those above zero,
// the heaviest first, at most max_active_dims.
inline std::vector<TokenWeight> sparse_vector(MatrixView<const float> logits, const SparseEncoder& how = {}) {
  const auto weight_of = [&](float logit) {
    const float weight = std::log1p(logit);
    return how.activation == SparseEncoder::Activation::log_log_relu ? std::log1p(weight) : weight;
  };
  std::vector<TokenWeight> weights;
  for (std::int64_t v = 0; v < logits.cols; ++v) {
    float most = 0;
    double sum = 0;
    for (std::int64_t i = 0; i < logits.rows; ++i) {
      if (how.pooling == SparseEncoder::Pooling::max)
        most = std::max(most, logits(i, v));
      else if (logits(i, v) > 0)
        sum += double(weight_of(logits(i, v)));
    }
    const float weight = how.pooling == SparseEncoder::Pooling::max ? weight_of(most) : float(sum);
    if (weight > 0) weights.push_back({std::int32_t(v), weight});
  }
  std::stable_sort(weights.begin(), weights.end(),
                   [](const TokenWeight& a, const TokenWeight& b) { return a.weight > b.weight; });
  if (how.max_active_dims && std::int64_t(weights.size()) > *how.max_active_dims)
    weights.resize(std::size_t(*how.max_active_dims));
  return weights;
}

}  // namespace encore
