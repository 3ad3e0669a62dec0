// expect: encore: a spec's attention is a template over its position
// lines: 15
// A type where a template is asked for.
#include <encore/layers.hpp>

struct Spec {
  using Norm = encore::LayerNorm;
  using Placement = encore::PostNorm;
  using Position = encore::LearnedPosition;
  using Attention = encore::MultiHeadAttention<Position>;
  using FeedForward = encore::Mlp;
  template <class N>
  using Embedding = encore::TokenEmbedding<N>;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
