// SPDX-License-Identifier: Apache-2.0
// Pooling policies: [N, C] -> [sequences, width], P(Builder, const ModelShape&, options) with width() and the call
// p(ex, x, firsts); with `firsts`, a row of each sequence, pooling begins there.
#pragma once

#include <encore/core/activation.hpp>
#include <encore/core/error.hpp>
#include <encore/core/pooling.hpp>
#include <encore/layers/linear.hpp>
#include <encore/layers/model_shape.hpp>
#include <encore/ops/pool.hpp>

#include <cstdint>
#include <vector>

namespace encore {

// Poolings without weights, side by side.
struct Poolings {
  // Poolings in the order of their columns.
  struct Options {
    std::vector<Pooling> modes{Pooling::mean};
  };
  std::vector<Pooling> modes;

  // Throws ArgumentError where there is none.
  Poolings(Builder, const ModelShape& shape, const Options& options) : modes(options.modes), hidden_(shape.hidden) {
    if (modes.empty()) throw ArgumentError("sentence encoder: one pooling is needed at least");
  }
  std::int64_t width() const { return hidden_ * std::int64_t(modes.size()); }
  auto operator()(auto& ex, const auto& x, Indices firsts) const {
    auto y = ex.pool(modes[0], x, firsts);
    for (std::size_t i = 1; i < modes.size(); ++i) y = ex.concat(y, ex.pool(modes[i], x, firsts));
    return y;
  }

 private:
  std::int64_t hidden_;
};

// y = sum_n softmax(w . tanh(V x_n + b))_n x_n. Lin et al. 2017 (one hop). Parameters `dense` [C, C], `score` [1, C].
struct AttentionPooling {
  Linear dense;
  Linear score;

  AttentionPooling(Builder b, const ModelShape& shape)
      : dense(b / "dense", shape.hidden, shape.hidden),
        score(b / "score", shape.hidden, 1, Bias::no),
        hidden_(shape.hidden) {}
  std::int64_t width() const { return hidden_; }
  // All rows have a weight, so `firsts` must be empty: throws UnsupportedError.
  auto operator()(auto& ex, const auto& x, Indices firsts) const {
    if (firsts.data) throw UnsupportedError("attention pooling leaves out no prompts");
    auto mapped = dense(ex, x);
    auto active = ex.activate(Activation::tanh, mapped);
    return ex.weighted_pool(x, score(ex, active));
  }

 private:
  std::int64_t hidden_;
};

}  // namespace encore
