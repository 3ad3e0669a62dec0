// expect: encore: a spec's embedding is a template over its norm
// lines: 15
// A type where a template is asked for.
#include <encore/layers.hpp>

struct Spec {
  using Norm = encore::LayerNorm;
  using Placement = encore::PostNorm;
  using Position = encore::LearnedPosition;
  template <class P>
  using Attention = encore::MultiHeadAttention<P>;
  using FeedForward = encore::Mlp;
  using Embedding = encore::TokenEmbedding<Norm>;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
