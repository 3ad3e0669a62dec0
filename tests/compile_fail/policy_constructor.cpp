// expect: encore: a feed-forward is constructed from \(Builder, const ModelShape&\)
// lines: 15
// A feed-forward policy whose constructor takes two sizes.
#include <encore/layers.hpp>

struct Square {
  encore::Linear in;
  Square(encore::Builder b, std::int64_t hidden, std::int64_t width) : in(b, hidden, width) {}
  auto operator()(auto& ex, const auto& x) const { return in(ex, x); }
};

struct Spec {
  using Norm = encore::LayerNorm;
  using Placement = encore::PostNorm;
  using Position = encore::LearnedPosition;
  template <class P>
  using Attention = encore::MultiHeadAttention<P>;
  using FeedForward = Square;
  template <class N>
  using Embedding = encore::TokenEmbedding<N>;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
