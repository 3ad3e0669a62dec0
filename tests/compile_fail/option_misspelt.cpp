// expect: epsilon
// lines: 15
// A misspelt option is named where options are assigned, which is how the examples do it.
#include <encore/layers.hpp>

struct Spec {
  using Norm = encore::LayerNorm;
  using Placement = encore::PostNorm;
  using Position = encore::LearnedPosition;
  template <class P>
  using Attention = encore::MultiHeadAttention<P>;
  using FeedForward = encore::Mlp;
  template <class N>
  using Embedding = encore::TokenEmbedding<N>;
};

int main() {
  encore::Config<Spec> config;
  config.norm.epsilon = 1e-6;
}
