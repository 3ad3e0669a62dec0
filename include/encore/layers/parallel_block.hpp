// SPDX-License-Identifier: Apache-2.0
// Attention and feed-forward beside each other instead of one after the other.
#pragma once

#include <encore/layers/encoder.hpp>

namespace encore {

// x <- x + attention(n) + feed-forward(n), n = norm(x). [N, C] -> [N, C]. Wang & Komatsuzaki 2021, GPT-J; an option of
// ModernBERT's research code. Use it with a placement that has a final norm. Parameters `norm`, `attention`,
// `feed_forward`.
template <class Spec>
struct ParallelBlock {
  using Position = typename Spec::Position;

  typename Spec::Norm norm;
  typename Spec::template Attention<Position> attention;
  typename Spec::FeedForward feed_forward;
  float dropout;

  ParallelBlock(Builder b, const Config<Spec>& config, const Position& position, const LayerPlace& place)
      : norm(construct<typename Spec::Norm>(b / "norm", config.shape.hidden, config.norm)),
        attention(construct<typename Spec::template Attention<Position>>(b / "attention", config.shape,
                                                                         config.attention, position, place)),
        feed_forward(construct<typename Spec::FeedForward>(b / "feed_forward", config.shape, config.feed_forward)),
        dropout(config.shape.dropout) {}

  template <class Value>
  auto operator()(auto& ex, const Value& x, Carried<Value>& carried) const {
    auto normal = norm(ex, x);
    auto mixed = detail::with_carried(attention, ex, normal, carried);
    auto local = feed_forward(ex, normal);
    auto attended = ex.add(x, ex.dropout(mixed, dropout));
    mixed = {};
    return ex.add(attended, ex.dropout(local, dropout));
  }
};

}  // namespace encore
