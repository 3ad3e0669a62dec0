// expect: encore: a spec names where its norms stand
// lines: 15
// A spec that lacks a policy is told which one.
#include <encore/layers.hpp>

struct Spec {
  using Norm = encore::LayerNorm;
  using Position = encore::LearnedPosition;
  template <class P>
  using Attention = encore::MultiHeadAttention<P>;
  using FeedForward = encore::Mlp;
  template <class N>
  using Embedding = encore::TokenEmbedding<N>;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
