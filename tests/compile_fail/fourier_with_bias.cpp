// expect: encore: Fourier mixing has no scores for this position policy to act on
// A policy that only has distances(ex), a function template.
#include <encore/layers.hpp>

struct Spec {
  using Norm = encore::LayerNorm;
  using Placement = encore::PostNorm;
  using Position = encore::Alibi;
  template <class P>
  using Attention = encore::FourierMixer<P>;
  using FeedForward = encore::Mlp;
  template <class N>
  using Embedding = encore::TokenEmbedding<N>;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
