// expect: encore: this position policy has none of the members that are called
// lines: 15
// A misspelt hook would leave positions out without a word.
#include "usual_spec.hpp"

struct Misspelt {
  Misspelt(encore::Builder, const encore::ModelShape&) {}
  auto distance(auto&) const { return 0; }
};

struct Spec : UsualSpec {
  using Position = Misspelt;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
