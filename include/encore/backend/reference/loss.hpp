// SPDX-License-Identifier: Apache-2.0
// Cross-entropy over rows of logits.
#pragma once

#include <encore/backend/backend.hpp>

#include <algorithm>
#include <cmath>

namespace encore::reference {

// loss [1, 1] = mean over rows with target >= 0 of (log sum exp(logits) - logits[target]), in nats; 0 where no row
// counts. log_sums [N, 1] keeps the log sums for backward (may be null data). Targets are below the classes.
template <class S>
void cross_entropy(MatrixView<const S> logits, Indices targets, MatrixView<S> loss, MatrixView<S> log_sums) {
  S sum = 0;
  std::int64_t counted = 0;
  for (std::int64_t n = 0; n < logits.rows; ++n) {
    const S* row = logits.row(n);
    const S highest = *std::max_element(row, row + logits.cols);
    S total = 0;
    for (std::int64_t c = 0; c < logits.cols; ++c) total += std::exp(row[c] - highest);
    const S log_sum = highest + std::log(total);
    if (log_sums.data) log_sums(n, 0) = log_sum;
    if (targets.data[n] < 0) continue;
    sum += log_sum - row[targets.data[n]];
    ++counted;
  }
  loss(0, 0) = counted ? sum / S(counted) : S(0);
}

// dlogits = dloss (softmax - one_hot) / counted, assigned; rows without a target get zero.
template <class S>
void cross_entropy_backward(MatrixView<const S> logits, Indices targets, MatrixView<const S> log_sums, S dloss,
                            MatrixView<S> dlogits) {
  const std::int64_t counted =
      std::count_if(targets.data, targets.data + targets.size, [](std::int32_t t) { return t >= 0; });
  for (std::int64_t n = 0; n < logits.rows; ++n) {
    for (std::int64_t c = 0; c < logits.cols; ++c) {
      const S p = std::exp(logits(n, c) - log_sums(n, 0));
      dlogits(n, c) = targets.data[n] < 0 ? S(0) : dloss * (p - S(c == targets.data[n])) / S(counted);
    }
  }
}

}  // namespace encore::reference
