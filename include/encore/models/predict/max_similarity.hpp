// SPDX-License-Identifier: Apache-2.0
// The score of late interaction. Khattab & Zaharia 2020, ColBERT.
#pragma once

#include <encore/core/error.hpp>
#include <encore/core/tensor.hpp>

#include <algorithm>
#include <string>

namespace encore {

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
