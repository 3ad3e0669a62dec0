// expect: encore: a spec's attention is a template over its position
// lines: 15
// A type where a template is asked for.
#include "usual_spec.hpp"

struct Spec : UsualSpec {
  using Attention = encore::MultiHeadAttention<Position>;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
