// expect: encore: a feed-forward is constructed from \(Builder, const ModelShape&\)
// lines: 15
// A feed-forward policy whose constructor takes two sizes.
#include "usual_spec.hpp"

struct Square {
  encore::Linear in;
  Square(encore::Builder b, std::int64_t hidden, std::int64_t width) : in(b, hidden, width) {}
  auto operator()(auto& ex, const auto& x) const { return in(ex, x); }
};

struct Spec : UsualSpec {
  using FeedForward = Square;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
