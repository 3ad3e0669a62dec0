// expect: encore: a function of scores takes the score, the distance i - j and the head's numbers
// One of floats alone has no gradient.
#include <encore/backend/reference.hpp>
#include <encore/core/score_function.hpp>

int main() {
  const auto bent = encore::score_function([](float score, float distance) { return score - distance; });
  return int(sizeof bent);
}
