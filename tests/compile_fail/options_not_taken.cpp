// expect: encore: a policy of this spec has Options and no constructor that takes them
// lines: 15
// Options that nobody reads would be set without effect.
#include "usual_spec.hpp"

struct Square {
  struct Options {
    double scale = 1;
  };
  encore::Linear in;
  Square(encore::Builder b, const encore::ModelShape& shape) : in(b, shape.hidden, shape.hidden) {}
  auto operator()(auto& ex, const auto& x) const { return in(ex, x); }
};

struct Spec : UsualSpec {
  using FeedForward = Square;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
