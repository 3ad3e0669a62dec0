// expect: epsilon
// lines: 15
// A misspelt option is named where it is assigned.
#include "usual_spec.hpp"

int main() {
  encore::Config<UsualSpec> config;
  config.norm.epsilon = 1e-6;
}
