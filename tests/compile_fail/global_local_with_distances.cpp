// expect: encore: GlobalLocal hands on lower and, where both policies have it, rotate
// Its distances would be left out without a word.
#include "usual_spec.hpp"

struct RopeAndBias : encore::Rope<> {
  using Rope::Rope;
  auto distances(auto&) const { return 0; }
};

int main() { return int(sizeof(encore::GlobalLocal<RopeAndBias>)); }
