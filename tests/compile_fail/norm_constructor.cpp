// expect: encore: a norm is constructed from \(Builder, std::int64_t width\)
// lines: 15
#include "usual_spec.hpp"

struct NoNorm {
  auto operator()(auto&, const auto& x) const { return x; }
  auto operator()(auto& ex, const auto& residual, const auto& x) const { return ex.add(residual, x); }
};

struct Spec : UsualSpec {
  using Norm = NoNorm;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
