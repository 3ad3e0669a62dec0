// expect: encore: a norm is constructed from \(Builder, std::int64_t width\)
// lines: 15
#include <encore/layers.hpp>

struct NoNorm {
  auto operator()(auto&, const auto& x) const { return x; }
  auto operator()(auto& ex, const auto& residual, const auto& x) const { return ex.add(residual, x); }
};

struct Spec {
  using Norm = NoNorm;
  using Placement = encore::PostNorm;
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
