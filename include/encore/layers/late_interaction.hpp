// SPDX-License-Identifier: Apache-2.0
// Token vectors for late interaction. Khattab & Zaharia 2020, ColBERT.
#pragma once

#include <encore/core/error.hpp>
#include <encore/core/tensor.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/model_shape.hpp>

#include <algorithm>

namespace encore {

// x W^T of unit length: [N, C] -> [N, width]. Parameter `weight` [width, C], no bias.
struct LateInteraction {
  Linear project;

  LateInteraction(Builder b, const ModelShape& shape, std::int64_t width) : project(b, shape.hidden, width, Bias::no) {}
  auto operator()(auto& ex, const auto& x) const {
    auto narrow = project(ex, x);
    return ex.l2_normalise(narrow);
  }
};

// The sum over a query's tokens of their best product with any of a document's. Throws ShapeError where the widths
// differ, InputError for a document without tokens.
template <class S>
S max_similarity(MatrixView<const S> query, MatrixView<const S> document) {
  if (query.cols != document.cols)
    throw ShapeError("max_similarity: token vectors of " + std::to_string(query.cols) + " and of " +
                     std::to_string(document.cols) + " numbers");
  if (document.rows == 0) throw InputError("max_similarity: the document has no tokens");
  S sum = 0;
  for (std::int64_t i = 0; i < query.rows; ++i) {
    S best = 0;
    for (std::int64_t j = 0; j < document.rows; ++j) {
      S product = 0;
      for (std::int64_t c = 0; c < query.cols; ++c) product += query(i, c) * document(j, c);
      best = j == 0 ? product : std::max(best, product);
    }
    sum += best;
  }
  return sum;
}

}  // namespace encore
