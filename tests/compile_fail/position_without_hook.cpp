// expect: encore: this position policy has none of the members that are called
// lines: 15
// A misspelt hook would leave positions out without a word.
#include <encore/layers.hpp>

struct Misspelt {
  Misspelt(encore::Builder, const encore::ModelShape&) {}
  auto distance(auto&) const { return 0; }
};

struct Spec {
  using Norm = encore::LayerNorm;
  using Placement = encore::PostNorm;
  using Position = Misspelt;
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
