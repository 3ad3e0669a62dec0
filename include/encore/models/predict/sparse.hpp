// SPDX-License-Identifier: Apache-2.0
// From the logits of a masked language model to one sparse vector over the vocabulary. Formal, Piwowarski & Clinchant
// 2021, SPLADE; Formal et al. 2021, SPLADE v2 (the maximum).
#pragma once

#include <encore/core/tensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace encore {

struct TokenWeight {
  std::int32_t token = 0;
  float weight = 0;
};

// w_v = max over tokens of log(1 + relu(logits[token, v])), those above zero, the heaviest first.
inline std::vector<TokenWeight> sparse_vector(MatrixView<const float> logits) {
  std::vector<TokenWeight> weights;
  for (std::int64_t v = 0; v < logits.cols; ++v) {
    float most = 0;
    for (std::int64_t i = 0; i < logits.rows; ++i) most = std::max(most, logits(i, v));
    if (most > 0) weights.push_back({std::int32_t(v), std::log1p(most)});
  }
  std::stable_sort(weights.begin(), weights.end(),
                   [](const TokenWeight& a, const TokenWeight& b) { return a.weight > b.weight; });
  return weights;
}

}  // namespace encore
