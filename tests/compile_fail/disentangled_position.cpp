// expect: encore: disentangled attention needs a position with buckets
#include <encore/layers.hpp>

struct Spec {
  using Norm = encore::LayerNorm;
  using Placement = encore::PostNorm;
  using Position = encore::LearnedPosition;
  template <class P>
  using Attention = encore::DisentangledAttention<P>;
  using FeedForward = encore::Mlp;
  template <class N>
  using Embedding = encore::TokenEmbedding<N>;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
