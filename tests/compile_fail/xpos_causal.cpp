// expect: encore: causal XPos amplifies the tokens ahead
#include <encore/layers/xpos.hpp>

int main() {
  encore::ParameterLayout layout;
  const encore::XPos<encore::XPosDecay::causal> position(encore::Builder(layout), {}, {});
  return position.rope.rotates_values;
}
