// expect: encore: this head reads a pooler, and the spec has none (Spec::Pooler)
#include <encore/layers/learned_position.hpp>
#include <encore/models/tasks.hpp>

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

int main() { encore::SequenceClassifier<Spec> model({}); }
