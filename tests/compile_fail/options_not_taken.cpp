// expect: encore: a policy of this spec has Options and no constructor that takes them
// lines: 15
// Options that nobody reads would be set without effect.
#include <encore/layers.hpp>

struct Square {
  struct Options {
    double scale = 1;
  };
  encore::Linear in;
  Square(encore::Builder b, const encore::ModelShape& shape) : in(b, shape.hidden, shape.hidden) {}
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
