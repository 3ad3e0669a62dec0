// expect: encore: RoPE needs an even head size
#include <encore/layers.hpp>

struct Spec {
  using Norm = encore::LayerNorm;
  using Placement = encore::PostNorm;
  using Position = encore::Rope<>;
  template <class P>
  using Attention = encore::MultiHeadAttention<P>;
  using FeedForward = encore::Mlp;
  template <class N>
  using Embedding = encore::TokenEmbedding<N>;
};

int main() {
  constexpr auto config = encore::static_config<Spec>([] {
    return encore::Config<Spec>{
        .shape = {.hidden = 36, .heads = 4}, .norm = {}, .position = {}, .attention = {}, .feed_forward = {}};
  });
  return int(config.shape.hidden);
}
