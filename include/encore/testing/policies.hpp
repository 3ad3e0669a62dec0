// SPDX-License-Identifier: Apache-2.0
// One line for a policy of one's own: it stands in a small encoder among usual policies, and what properties.hpp checks
// of an encoder is checked. Options and contexts may be left out.
//
//   check_norm<N>(options, context..)             check_embedding<E>(options, context..)
//   check_placement<P>(context..)                 check_stack<S>(options, context..)
//   check_position<P>(options, context..)         check_block<B>(options, context..)
//   check_attention<A>(options, context..)
//   check_feed_forward<F>(options, context..)
//
// A position is asked for shift<P> and reflection<P> besides. For other neighbours derive from UsualSpec and call
// check_encoder.
#pragma once

#include <encore/layers/learned_position.hpp>
#include <encore/testing/properties.hpp>

namespace encore::testing {

// BERT's.
struct UsualSpec {
  using Norm = LayerNorm;
  using Placement = PostNorm;
  using Position = LearnedPosition;
  template <class P>
  using Attention = MultiHeadAttention<P>;
  using FeedForward = Mlp;
  template <class N>
  using Embedding = TokenEmbedding<N>;
};

// Odd where it may be: head size 4, a middle of 5. Two layers, so that what differs from layer to layer is seen.
template <class Spec>
Config<Spec> small_config() {
  Config<Spec> config;
  config.shape = {
      .vocabulary = 7, .hidden = 8, .layers = 2, .heads = 2, .intermediate = 5, .max_positions = 19, .types = 2};
  if constexpr (requires { config.norm.eps; }) config.norm.eps = 0.01;  // so that a wrong place of it shows
  return config;
}

namespace detail {
template <class N>
struct WithNorm : UsualSpec {
  using Norm = N;
};
template <class P>
struct WithPlacement : UsualSpec {
  using Placement = P;
};
template <class P>
struct WithPosition : UsualSpec {
  using Position = P;
};
template <class F>
struct WithFeedForward : UsualSpec {
  using FeedForward = F;
};
template <class S>
struct WithStack : UsualSpec {
  using Stack = S;
};
template <template <class> class A>
struct WithAttention : UsualSpec {
  template <class P>
  using Attention = A<P>;
};
template <template <class> class E>
struct WithEmbedding : UsualSpec {
  template <class N>
  using Embedding = E<N>;
};
template <template <class> class B, class Options>
struct WithBlock : UsualSpec {
  template <class S>
  using Block = B<S>;
  using BlockOptions = Options;
};
}  // namespace detail

// A norm, in place of UsualSpec's.
template <class N, class... Contexts>
PropertyReport check_norm(const options_t<N>& options = {}, Contexts&... contexts) {
  auto config = small_config<detail::WithNorm<N>>();
  config.norm = options;
  return check_encoder(config, contexts...);
}
// A placement.
template <class P, class... Contexts>
PropertyReport check_placement(Contexts&... contexts) {
  return check_encoder(small_config<detail::WithPlacement<P>>(), contexts...);
}
// A position. One with hooks is also asked whether the order of tokens matters.
template <class P, class... Contexts>
PropertyReport check_position(const options_t<P>& options = {}, Contexts&... contexts) {
  auto config = small_config<detail::WithPosition<P>>();
  config.position = options;
  PropertyReport report = check_encoder(config, contexts...);
  if constexpr (!encore::detail::HasNoHooks<P>) report.properties.push_back(order_matters(config));
  return report;
}
// A feed-forward.
template <class F, class... Contexts>
PropertyReport check_feed_forward(const options_t<F>& options = {}, Contexts&... contexts) {
  auto config = small_config<detail::WithFeedForward<F>>();
  config.feed_forward = options;
  return check_encoder(config, contexts...);
}
// A stack; its options must suit two layers.
template <class S, class... Contexts>
PropertyReport check_stack(const options_t<S>& options = {}, Contexts&... contexts) {
  auto config = small_config<detail::WithStack<S>>();
  config.stack = options;
  return check_encoder(config, contexts...);
}

// An attention, a class template over the position: with learned positions.
template <template <class> class A, class... Contexts>
PropertyReport check_attention(const options_t<A<LearnedPosition>>& options = {}, Contexts&... contexts) {
  auto config = small_config<detail::WithAttention<A>>();
  config.attention = options;
  return check_encoder(config, contexts...);
}
// An embedding, a class template over the norm.
template <template <class> class E, class... Contexts>
PropertyReport check_embedding(const options_t<E<LayerNorm>>& options = {}, Contexts&... contexts) {
  auto config = small_config<detail::WithEmbedding<E>>();
  config.embedding = options;
  return check_encoder(config, contexts...);
}
// A block, a class template over the spec. Options: what its spec calls BlockOptions.
template <template <class> class B, class Options = NoOptions, class... Contexts>
PropertyReport check_block(const Options& options = {}, Contexts&... contexts) {
  auto config = small_config<detail::WithBlock<B, Options>>();
  config.block = options;
  return check_encoder(config, contexts...);
}

}  // namespace encore::testing
